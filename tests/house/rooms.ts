// The walls: which file may reach which (the import table), and where a package may be used (its home).

import { importsOf, type Import } from './imports.ts';
import { FOR_GATEWAY_TESTS, gatewayOf, homesOf, PASSAGES, placeOf, ROOMS, WITHOUT_NODE, type Room } from './table.ts';
import { isTest, type Fault, type Tree } from './tree.ts';

type Refusal = Pick<Fault, 'what' | 'wayOut'>;

const BRING_IT = 'say what is needed in src/services/ports.ts and let src/compose.ts bring it';

export function rooms(tree: Tree): readonly Fault[] {
  return [...tree.keys()]
    .filter((file) => file.startsWith('src/') && placeOf(file) === null)
    .map((file) => ({
      rule: 'rooms',
      file,
      line: 1,
      what: `${file.split('/').slice(0, 2).join('/')} is no room of the house`,
      wayOut: `put it into one of ${ROOMS.join(', ')}`,
    }));
}

export function importTable(tree: Tree): readonly Fault[] {
  return importsOf(tree).flatMap((found) => {
    const refusal = refusalOf(found, tree);
    return refusal === null ? [] : [{ rule: 'import table', file: found.file, line: found.line, ...refusal }];
  });
}

function refusalOf(found: Import, tree: Tree): Refusal | null {
  const { file, target } = found;
  if (target.kind === 'hidden') {
    return { what: `${target.how} hides what is loaded`, wayOut: 'name the target in a plain import' };
  }
  if (target.kind !== 'file') return null;
  const { path } = target;
  if (path.startsWith('src/') && !tree.has(path)) {
    return { what: `${path} is no file`, wayOut: 'name the file whole, with its .ts' };
  }
  if ((isTest(path) || path.startsWith('tests/')) && !isTest(file)) {
    return { what: `${path} is for tests alone`, wayOut: 'move what both need into a file of its own' };
  }
  if (path.startsWith('tests/')) return null;
  const from = placeOf(file);
  const to = placeOf(path);
  if (from === null || from === 'top') return simulatorRefusal(found, path);
  if (!path.startsWith('src/')) return { what: `${from} may not reach out of src to ${path}`, wayOut: BRING_IT };
  if (from === 'gateways') return gatewayRefusal(found, path) ?? simulatorRefusal(found, path);
  if (to === from || to === 'core') return null;
  return passageRefusal(from, path, found.typesOnly);
}

function passageRefusal(from: Room, path: string, typesOnly: boolean): Refusal | null {
  const passage = PASSAGES[from].find(({ to }) => path === `src/${to}` || path.startsWith(`src/${to}/`));
  if (passage === undefined) return { what: `${from} may not import ${path}`, wayOut: BRING_IT };
  if (passage.as === 'values' || typesOnly) return null;
  return { what: `${from} may import ${path} as types only`, wayOut: `write \`import type\`, or ${BRING_IT}` };
}

function gatewayRefusal({ file, typesOnly }: Import, path: string): Refusal | null {
  if (placeOf(path) === 'core') return null;
  if (isTest(file) && FOR_GATEWAY_TESTS.includes(path)) return null;
  if (placeOf(path) !== 'gateways') {
    return {
      what: `gateways may not import ${path}`,
      wayOut: 'ask for it in GatewayTools of src/gateways/contract.ts',
    };
  }
  const own = gatewayOf(file);
  const other = gatewayOf(path);
  if (other === null) {
    const leadsToAll = path === 'src/gateways/registry.ts' || path === 'src/gateways/ids.ts';
    if (own === null || !leadsToAll || typesOnly || isTest(file)) return null;
    return { what: `through ${path} the gateway ${own} would load all others`, wayOut: 'import its types only' };
  }
  if (other === own || (file === 'src/gateways/registry.ts' && path.endsWith('/index.ts'))) return null;
  const who = own === null ? 'a shared file' : `the gateway ${own}`;
  return { what: `${who} may not import the gateway ${other}`, wayOut: 'move what both need into src/gateways itself' };
}

/** Simulators answer to nobody's money: production must not even hold their code. */
function simulatorRefusal({ file, typesOnly, lazy }: Import, path: string): Refusal | null {
  const isSimulator = (one: string): boolean => gatewayOf(one) !== null && /\/simulator[^/]*\.ts$/.test(one);
  if (!isSimulator(path) || isSimulator(file) || typesOnly || lazy || isTest(file)) return null;
  return { what: `${path} would be loaded in production`, wayOut: "load it when it is asked for: () => import('…')" };
}

export function packageHomes(tree: Tree): readonly Fault[] {
  return importsOf(tree).flatMap((found) => {
    const refusal = homelessOf(found);
    return refusal === null ? [] : [{ rule: 'package home', file: found.file, line: found.line, ...refusal }];
  });
}

function homelessOf({ file, target }: Import): Refusal | null {
  const place = placeOf(file);
  if (target.kind === 'builtin') {
    const room = WITHOUT_NODE.find((one) => one === place);
    if (room === undefined || isTest(file)) return null;
    return { what: `${room} may not use ${target.name}: it computes and does nothing else`, wayOut: BRING_IT };
  }
  if (target.kind !== 'package') return null;
  const homes = homesOf(target.name);
  if (homes === null) {
    return {
      what: `the package ${target.name} has no home`,
      wayOut: 'do without it, or give it one room in tests/house/table.ts and the reason in docs/decisions',
    };
  }
  const isAtHome = homes.some((home) =>
    home === 'tests' ? isTest(file) : home === place || file.startsWith(`src/${home}/`),
  );
  if (isAtHome) return null;
  const names = homes.map((home) => (home === 'top' ? 'the files directly in src' : home)).join(', ');
  return { what: `the package ${target.name} lives in ${names} only`, wayOut: 'ask its home for what it does' };
}
