// The house as the checks see it: paths and texts. A check is a function over such a tree, so that the real one and one
// with a planted fault are held against the same rules.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import ts from 'typescript';

/** Paths are relative to the project, with forward slashes. */
export type Tree = ReadonlyMap<string, string>;

export interface Fault {
  readonly rule: string;
  readonly file: string;
  readonly line: number;
  readonly what: string;
  readonly wayOut: string;
}

/** Reads like a compiler's message, so that an editor can jump to it. */
export function tell({ rule, file, line, what, wayOut }: Fault): string {
  return `${file}:${line}: ${rule}: ${what}. Way out: ${wayOut}.`;
}

const PLACES = ['src', 'tests', 'bench', 'scripts'];

/** Every text file of the project's own places. What a generator writes is held by its own check. */
export function readTree(root: string): Tree {
  const tree = new Map<string, string>();
  for (const place of PLACES.map((name) => join(root, name)).filter((folder) => existsSync(folder))) {
    for (const entry of readdirSync(place, { recursive: true, withFileTypes: true })) {
      const path = relative(root, join(entry.parentPath, entry.name)).split(sep).join('/');
      if (!entry.isFile() || isGenerated(path)) continue;
      const bytes = readFileSync(join(root, path));
      if (!bytes.includes(0)) tree.set(path, bytes.toString('utf8'));
    }
  }
  return tree;
}

export function isGenerated(path: string): boolean {
  return path.split('/').includes('generated');
}

/** Test files sit beside what they test, and may use what tests are made of. */
export function isTest(path: string): boolean {
  return /\.(test|fixture)\.ts$/.test(path);
}

const SOURCES = new WeakMap<Tree, readonly ts.SourceFile[]>();

/** The parsed code files of a tree, each under its path. */
export function sourcesOf(tree: Tree): readonly ts.SourceFile[] {
  const known = SOURCES.get(tree);
  if (known !== undefined) return known;
  const sources = [...tree]
    .filter(([path]) => /\.[cm]?[jt]sx?$/.test(path))
    .map(([path, text]) => ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  SOURCES.set(tree, sources);
  return sources;
}

export function lineOf(node: ts.Node): number {
  const source = node.getSourceFile();
  return source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
}

/** Every node below this one, in the order of the text. */
export function* nodesOf(root: ts.Node): Generator<ts.Node> {
  const children: ts.Node[] = [];
  root.forEachChild((child) => {
    children.push(child);
  });
  for (const child of children) {
    yield child;
    yield* nodesOf(child);
  }
}
