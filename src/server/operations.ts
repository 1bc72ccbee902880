// What an operation is, read off its document once.

import {
  getOperationAST,
  Kind,
  visit,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

export interface Operation {
  readonly kind: 'query' | 'mutation' | 'subscription';
  /** How many root fields it executes. */
  readonly rootFields: number;
  /** It asks for __schema or __type. */
  readonly introspects: boolean;
  /**
   * Variables that only say which stream, and where it begins: those that stand nowhere but in the arguments of a root
   * field. Two pages differ in nothing else. One that is used in the selection too is part of what is asked.
   */
  readonly beginnings: ReadonlySet<string>;
}

const known = new WeakMap<DocumentNode, Map<string | null, Operation | null>>();

/** null: operationName names none, or is needed and left out. */
export function operationOf(document: DocumentNode, operationName: string | null): Operation | null {
  const ofDocument = known.get(document) ?? new Map<string | null, Operation | null>();
  const cached = ofDocument.get(operationName);
  if (cached !== undefined) return cached;
  const operation = readOperation(document, operationName);
  // A name that is none may be anything, and there is no end of those.
  if (operation !== null) known.set(document, ofDocument.set(operationName, operation));
  return operation;
}

/** The same, for what else is made of an operation once. null: there is no such operation, or nothing is made of it. */
export function byOperation<Made>(
  make: (document: DocumentNode, operationName: string | null) => Made | null,
): (document: DocumentNode, operationName: string | null) => Made | null {
  const made = new WeakMap<DocumentNode, Map<string | null, Made | null>>();
  return (document, operationName) => {
    if (operationOf(document, operationName) === null) return null;
    const ofDocument = made.get(document) ?? new Map<string | null, Made | null>();
    const cached = ofDocument.get(operationName);
    if (cached !== undefined) return cached;
    const one = make(document, operationName);
    made.set(document, ofDocument.set(operationName, one));
    return one;
  };
}

function readOperation(document: DocumentNode, operationName: string | null): Operation | null {
  const node = getOperationAST(document, operationName);
  if (!node) return null;
  const rootFields = rootFieldsOf(document, node);
  return {
    kind: node.operation,
    rootFields: rootFields.size,
    introspects: introspects(document),
    beginnings: beginningsIn(document, new Set(rootFields.values())),
  };
}

/** Those of fragments too, and the spreads themselves. A fragment is walked once, however often spread. */
export function rootSelectionsOf(document: DocumentNode, operation: OperationDefinitionNode): readonly SelectionNode[] {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const found: SelectionNode[] = [];
  const walk = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      found.push(selection);
      if (selection.kind === Kind.INLINE_FRAGMENT) walk(selection.selectionSet);
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(selection.name.value);
        fragments.delete(selection.name.value);
        if (fragment !== undefined) walk(fragment.selectionSet);
      }
    }
  };
  walk(operation.selectionSet);
  return found;
}

/** By the name under which each is answered: equal ones are executed once. */
export function rootFieldsOf(
  document: DocumentNode,
  operation: OperationDefinitionNode,
): ReadonlyMap<string, FieldNode> {
  const fields = new Map<string, FieldNode>();
  for (const selection of rootSelectionsOf(document, operation)) {
    if (selection.kind === Kind.FIELD) fields.set((selection.alias ?? selection.name).value, selection);
  }
  return fields;
}

function introspects(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Field({ name }) {
      found ||= name.value === '__schema' || name.value === '__type';
    },
  });
  return found;
}

function beginningsIn(document: DocumentNode, roots: ReadonlySet<unknown>): ReadonlySet<string> {
  const beginnings = new Set<string>();
  const others = new Set<string>();
  visit(document, {
    Variable(node, _key, parent, _path, ancestors) {
      const argument = parent !== undefined && 'kind' in parent ? parent : null;
      if (argument?.kind === Kind.VARIABLE_DEFINITION) return;
      // Above the argument stand the list of arguments, and their field or directive.
      const isOfRoot = argument?.kind === Kind.ARGUMENT && roots.has(ancestors.at(-2));
      (isOfRoot ? beginnings : others).add(node.name.value);
    },
  });
  return new Set([...beginnings].filter((name) => !others.has(name)));
}
