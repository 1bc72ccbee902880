// process.env is read in src/config.ts alone: there every setting is named, checked and reported, and nowhere else can
// one be forgotten.

import ts from 'typescript';
import { lineOf, nodesOf, sourcesOf, type Fault, type Tree } from './tree.ts';

const READER = 'src/config.ts';

export function environment(tree: Tree): readonly Fault[] {
  return sourcesOf(tree)
    .filter(({ fileName }) => fileName.startsWith('src/') && fileName !== READER)
    .flatMap((source) => {
      const names = namesOfProcess(source);
      return [...nodesOf(source)]
        .filter((node) => readsEnvironment(node, names))
        .map((node) => ({
          rule: 'process.env',
          file: source.fileName,
          line: lineOf(node),
          what: `the environment is read outside ${READER}`,
          wayOut: `add the setting to ${READER} and pass its value on`,
        }));
    });
}

/** `process`, and what this file calls it besides: an import of node:process, or a constant that holds it. */
function namesOfProcess(source: ts.SourceFile): ReadonlySet<string> {
  const names = new Set(['process']);
  for (const node of nodesOf(source)) {
    if (ts.isImportDeclaration(node) && isProcessModule(node.moduleSpecifier)) {
      const clause = node.importClause;
      if (clause?.name !== undefined) names.add(clause.name.text);
      const bindings = clause?.namedBindings;
      if (bindings !== undefined && ts.isNamespaceImport(bindings)) names.add(bindings.name.text);
    }
    if (!ts.isVariableDeclaration(node) || node.initializer === undefined) continue;
    if (ts.isIdentifier(node.name) && isProcess(node.initializer, names)) names.add(node.name.text);
  }
  return names;
}

function readsEnvironment(node: ts.Node, names: ReadonlySet<string>): boolean {
  if (ts.isPropertyAccessExpression(node)) return node.name.text === 'env' && isProcess(node.expression, names);
  if (ts.isElementAccessExpression(node)) {
    const key = node.argumentExpression;
    return isProcess(node.expression, names) && (!ts.isStringLiteralLike(key) || key.text === 'env');
  }
  if (ts.isVariableDeclaration(node) && node.initializer !== undefined) {
    return ts.isObjectBindingPattern(node.name) && isProcess(node.initializer, names) && takesEnv(node.name);
  }
  if (ts.isImportDeclaration(node) && isProcessModule(node.moduleSpecifier)) {
    const bindings = node.importClause?.namedBindings;
    if (bindings === undefined || !ts.isNamedImports(bindings)) return false;
    return bindings.elements.some((element) => (element.propertyName ?? element.name).text === 'env');
  }
  return false;
}

function takesEnv(pattern: ts.ObjectBindingPattern): boolean {
  return pattern.elements.some((element) => {
    if (element.dotDotDotToken !== undefined) return true;
    const key = element.propertyName ?? element.name;
    return !(ts.isIdentifier(key) || ts.isStringLiteralLike(key)) || key.text === 'env';
  });
}

function isProcess(node: ts.Expression, names: ReadonlySet<string>): boolean {
  if (ts.isIdentifier(node)) return names.has(node.text);
  if (ts.isPropertyAccessExpression(node)) return isGlobal(node.expression) && node.name.text === 'process';
  if (ts.isElementAccessExpression(node)) {
    const key = node.argumentExpression;
    return isGlobal(node.expression) && ts.isStringLiteralLike(key) && key.text === 'process';
  }
  if (ts.isParenthesizedExpression(node) || ts.isNonNullExpression(node) || ts.isAsExpression(node)) {
    return isProcess(node.expression, names);
  }
  return false;
}

function isGlobal(node: ts.Expression): boolean {
  return ts.isIdentifier(node) && (node.text === 'globalThis' || node.text === 'global');
}

function isProcessModule(specifier: ts.Expression): boolean {
  return ts.isStringLiteral(specifier) && /^(node:)?process$/.test(specifier.text);
}
