// Goal: the house keeps its walls. Method: each rule is a function over a tree of files; the real tree passes all of
// them, and a tree with a planted fault of each kind fails the right one, in the right file and line.

import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { environment } from './house/environment.ts';
import { gatewayRegistry, gatewayShape } from './house/gateways.ts';
import { defaultExports, fileLength, folderNames, mockedModules, pureCore } from './house/habits.ts';
import { allowed, planted, soundHouse } from './house/planted.ts';
import { importTable, packageHomes, rooms } from './house/rooms.ts';
import { readTree, tell, type Fault, type Tree } from './house/tree.ts';

const RULES: Readonly<Record<string, (tree: Tree) => readonly Fault[]>> = {
  rooms,
  'import table': importTable,
  'package home': packageHomes,
  'process.env': environment,
  '300 lines': fileLength,
  'folder names': folderNames,
  'no vi.mock': mockedModules,
  'no export default': defaultExports,
  'pure core': pureCore,
  'gateway shape': gatewayShape,
  'gateway registry': gatewayRegistry,
};

function inspect(tree: Tree): readonly Fault[] {
  return Object.values(RULES).flatMap((rule) => rule(tree));
}

describe('the house', () => {
  const tree = readTree(fileURLToPath(new URL('..', import.meta.url)));

  it('is read whole', () => {
    expect([...tree.keys()]).toContain('src/gateways/registry.ts');
    expect([...tree.keys()]).toContain('tests/house.test.ts');
  });

  it.each(Object.entries(RULES))('keeps the rule: %s', (_name, rule) => {
    expect(rule(tree).map(tell)).toEqual([]);
  });
});

describe('the rules', () => {
  it('find nothing in a sound house', () => {
    expect(inspect(soundHouse()).map(tell)).toEqual([]);
  });

  it.each(allowed.map(({ file, text }) => [file, text]))('allow in %s: %s', (file, text) => {
    expect(inspect(soundHouse({ [file]: text })).map(tell)).toEqual([]);
  });

  it.each(planted.map((fault) => [fault.rule, fault.name, fault] as const))('%s: refuse %s', (rule, _name, plant) => {
    const { file, at, says, change } = plant;
    const faults = inspect(soundHouse(change));
    expect(faults.map((fault) => ({ rule: fault.rule, file: fault.file, line: fault.line }))).toEqual([
      { rule, file, line: at ?? 1 },
    ]);
    const message = faults.map(tell).join('\n');
    expect(message).toContain(`${file}:${at ?? 1}: ${rule}: `);
    expect(message).toContain('Way out: ');
    expect(message).toContain(says);
  });

  it('are each shown to catch something', () => {
    expect(new Set(planted.map(({ rule }) => rule))).toEqual(new Set(Object.keys(RULES)));
  });
});
