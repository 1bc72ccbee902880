// Every gateway has the same shape, so that whoever knows one knows all, and a new one is one folder and one line.

import { posix } from 'node:path';
import { gatewayOf } from './table.ts';
import type { Fault, Tree } from './tree.ts';

const REGISTRY = 'src/gateways/registry.ts';
const PARTS = ['index.ts', 'client.ts', 'status.ts', 'webhook.ts', 'simulator.ts'];
/** A provider that calls us and waits is answered in serve.ts, and has no webhook. */
const IN_PLACE: Readonly<Record<string, string>> = { 'webhook.ts': 'serve.ts' };

export function gatewayShape(tree: Tree): readonly Fault[] {
  const ids = gatewaysOf(tree);
  return ids.flatMap((id) =>
    [...PARTS, `${id}.test.ts`]
      .filter(
        (part) => !tree.has(`src/gateways/${id}/${part}`) && !tree.has(`src/gateways/${id}/${IN_PLACE[part] ?? part}`),
      )
      .map((part) => `src/gateways/${id}/${part}`)
      .map((file) => ({
        rule: 'gateway shape',
        file,
        line: 1,
        what: `the gateway ${id} has no ${posix.basename(file)}`,
        wayOut: 'give it the parts that docs/adding-a-gateway.md lists',
      })),
  );
}

export function gatewayRegistry(tree: Tree): readonly Fault[] {
  const ids = gatewaysOf(tree);
  const lines = (tree.get(REGISTRY) ?? '').split('\n');
  const exported = lines.flatMap((text, index) => {
    const [, name, folder] = /^export \{ (\w+) \} from '\.\/(\w+)\/index\.ts';$/.exec(text) ?? [];
    return name !== undefined && name === folder ? [{ id: name, line: index + 1 }] : [];
  });
  const fault = (line: number, what: string, wayOut: string): Fault => {
    return { rule: 'gateway registry', file: REGISTRY, line, what, wayOut };
  };
  const strangers = lines.flatMap((text, index) => {
    const isKnown = text === '' || text.startsWith('//') || exported.some(({ line }) => line === index + 1);
    const wayOut = "write export { id } from './id/index.ts'; and nothing else";
    return isKnown ? [] : [fault(index + 1, `"${text}" is no line of a registry`, wayOut)];
  });
  const missing = ids
    .filter((id) => !exported.some((one) => one.id === id))
    .map((id) => fault(1, `the gateway ${id} has no line`, `add export { ${id} } from './${id}/index.ts';`));
  const homeless = exported
    .filter(({ id }) => !ids.includes(id))
    .map(({ id, line }) => fault(line, `the gateway ${id} has no folder`, `make src/gateways/${id}, or drop the line`));
  const unsorted = exported
    .filter(({ id }, index) => id <= (exported[index - 1]?.id ?? ''))
    .map(({ id, line }) => fault(line, `${id} stands out of order`, 'sort the lines by id, one for each gateway'));
  return [...strangers, ...missing, ...homeless, ...unsorted];
}

function gatewaysOf(tree: Tree): readonly string[] {
  const ids = [...tree.keys()].map((path) => (path.startsWith('src/') ? gatewayOf(path) : null));
  return [...new Set(ids.filter((id) => id !== null))].sort();
}
