// Every way in which one file of src reaches another or a package: imports, re-exports, import() and types by import.

import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import ts from 'typescript';
import { lineOf, nodesOf, sourcesOf, type Tree } from './tree.ts';

export type Target =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'package'; readonly name: string }
  | { readonly kind: 'builtin'; readonly name: string }
  /** import(something): nobody can say where it leads. */
  | { readonly kind: 'hidden'; readonly how: string };

export interface Import {
  readonly file: string;
  readonly line: number;
  readonly target: Target;
  /** `import type`, `export type`, import('x').Type: gone before anything runs. `import { type A }` still loads. */
  readonly typesOnly: boolean;
  /** By import(), when it is asked for. */
  readonly lazy: boolean;
}

/** Those of src. */
export function importsOf(tree: Tree): readonly Import[] {
  return sourcesOf(tree)
    .filter((source) => source.fileName.startsWith('src/'))
    .flatMap((source) => [...nodesOf(source)].flatMap((node) => importIn(source.fileName, node)));
}

function importIn(file: string, node: ts.Node): readonly Import[] {
  const found = (specifier: string, typesOnly: boolean, lazy = false): readonly Import[] => [
    { file, line: lineOf(node), target: resolve(file, specifier), typesOnly, lazy },
  ];
  const hidden = (how: string): readonly Import[] => [
    { file, line: lineOf(node), target: { kind: 'hidden', how }, typesOnly: false, lazy: true },
  ];
  if (ts.isImportDeclaration(node)) {
    const typesOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    return found(textOf(node.moduleSpecifier) ?? '', typesOnly);
  }
  if (ts.isExportDeclaration(node)) {
    return node.moduleSpecifier === undefined ? [] : found(textOf(node.moduleSpecifier) ?? '', node.isTypeOnly);
  }
  if (ts.isImportTypeNode(node)) {
    const specifier = ts.isLiteralTypeNode(node.argument) ? textOf(node.argument.literal) : null;
    return specifier === null ? hidden('a type by import() whose target is computed') : found(specifier, true);
  }
  if (ts.isExternalModuleReference(node)) {
    return found(textOf(node.expression) ?? '', false);
  }
  if (ts.isCallExpression(node) && isLoader(node.expression)) {
    const specifier = node.arguments[0] === undefined ? null : textOf(node.arguments[0]);
    return specifier === null ? hidden('an import whose target is computed') : found(specifier, false, true);
  }
  if (ts.isIdentifier(node) && (node.text === 'createRequire' || node.text === 'getBuiltinModule')) {
    return hidden(node.text);
  }
  return [];
}

function isLoader(callee: ts.Expression): boolean {
  return callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require');
}

function textOf(node: ts.Node): string | null {
  return ts.isStringLiteralLike(node) ? node.text : null;
}

function resolve(file: string, specifier: string): Target {
  if (specifier.startsWith('.')) return { kind: 'file', path: posix.join(posix.dirname(file), specifier) };
  if (isBuiltin(specifier)) return { kind: 'builtin', name: specifier };
  const depth = specifier.startsWith('@') ? 2 : 1;
  return { kind: 'package', name: specifier.split('/').slice(0, depth).join('/') };
}
