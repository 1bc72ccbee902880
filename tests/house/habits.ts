// Habits that keep the house readable: short files, plain folder names, named exports, no mocked modules, a pure core.

import ts from 'typescript';
import { placeOf } from './table.ts';
import { isGenerated, isTest, lineOf, nodesOf, sourcesOf, type Fault, type Tree } from './tree.ts';

export const LINES_MAX = 300;
const DRAWERS = ['utils', 'lib', 'common'];

export function fileLength(tree: Tree): readonly Fault[] {
  return [...tree].flatMap(([file, text]) => {
    const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
    if (lines <= LINES_MAX || isGenerated(file)) return [];
    const what = `${lines} lines, where ${LINES_MAX} are the most`;
    return [
      { rule: '300 lines', file, line: LINES_MAX + 1, what, wayOut: 'find the second thing it does, and move it' },
    ];
  });
}

/** A drawer for everything: what it holds is found by nobody. */
export function folderNames(tree: Tree): readonly Fault[] {
  return [...tree.keys()].flatMap((file) => {
    const drawer = file.split('/').find((part) => DRAWERS.includes(part.split('.')[0] ?? ''));
    if (drawer === undefined) return [];
    const wayOut = 'name it after what it does, in the room that needs it';
    return [{ rule: 'folder names', file, line: 1, what: `${drawer} says nothing of what it holds`, wayOut }];
  });
}

export function mockedModules(tree: Tree): readonly Fault[] {
  return sourcesOf(tree).flatMap((source) => {
    const names = namesOfVi(source);
    return [...nodesOf(source)].flatMap((node) => {
      if (!ts.isPropertyAccessExpression(node) || !/^(do)?mock$/i.test(node.name.text)) return [];
      if (!ts.isIdentifier(node.expression) || !names.has(node.expression.text)) return [];
      const what = 'a mocked module proves nothing of the real one';
      const wayOut = 'pass a fake port to the function under test';
      return [{ rule: 'no vi.mock', file: source.fileName, line: lineOf(node), what, wayOut }];
    });
  });
}

function namesOfVi(source: ts.SourceFile): ReadonlySet<string> {
  const names = new Set(['vi', 'vitest']);
  for (const node of nodesOf(source)) {
    if (!ts.isImportSpecifier(node)) continue;
    if (names.has((node.propertyName ?? node.name).text)) names.add(node.name.text);
  }
  return names;
}

export function defaultExports(tree: Tree): readonly Fault[] {
  return sourcesOf(tree)
    .filter(({ fileName }) => fileName.startsWith('src/'))
    .flatMap((source) =>
      [...nodesOf(source)].filter(isDefaultExport).map((node) => ({
        rule: 'no export default',
        file: source.fileName,
        line: lineOf(node),
        what: 'a default export has another name wherever it is used',
        wayOut: 'export it by its name',
      })),
    );
}

function isDefaultExport(node: ts.Node): boolean {
  if (ts.isExportAssignment(node)) return true;
  if (ts.isExportSpecifier(node)) return node.name.text === 'default';
  const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined;
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword) ?? false;
}

const OUTSIDE = ['process', 'performance', 'crypto', 'console', 'fetch', 'setTimeout', 'setInterval', 'setImmediate'];

/** Time and chance come as arguments, and effects belong to others: so that every rule can be walked in a test. */
export function pureCore(tree: Tree): readonly Fault[] {
  return sourcesOf(tree)
    .filter(({ fileName }) => placeOf(fileName) === 'core' && fileName.startsWith('src/') && !isTest(fileName))
    .flatMap((source) => {
      const own = namesIn(source);
      return [...nodesOf(source)].flatMap((node) => {
        const name = outsideOf(node);
        if (name === null || own.has(name.split('.')[0] ?? '')) return [];
        const what = `${name} makes core depend on the moment or the world`;
        const wayOut = 'take it as an argument';
        return [{ rule: 'pure core', file: source.fileName, line: lineOf(node), what, wayOut }];
      });
    });
}

/** What the file names itself: its parameter `process` is not the global one. */
function namesIn(source: ts.SourceFile): ReadonlySet<string> {
  const declared = [...nodesOf(source)].flatMap((node) =>
    (ts.isParameter(node) || ts.isVariableDeclaration(node) || ts.isBindingElement(node)) && ts.isIdentifier(node.name)
      ? [node.name.text]
      : [],
  );
  return new Set(declared);
}

function outsideOf(node: ts.Node): string | null {
  if (ts.isNewExpression(node) || ts.isCallExpression(node)) {
    const { expression: callee } = node;
    if (!ts.isIdentifier(callee)) return null;
    if (callee.text === 'Date' && (ts.isCallExpression(node) || !node.arguments?.length)) return 'the present Date';
    return ts.isCallExpression(node) && OUTSIDE.includes(callee.text) ? callee.text : null;
  }
  if (!ts.isPropertyAccessExpression(node) || !ts.isIdentifier(node.expression)) return null;
  const name = `${node.expression.text}.${node.name.text}`;
  if (name === 'Date.now' || name === 'Math.random') return name;
  return OUTSIDE.includes(node.expression.text) || node.expression.text === 'globalThis' ? name : null;
}
