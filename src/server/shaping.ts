// What a selection makes of a value: the plans of plans.ts, one function for each selection and type, made when a value of
// that type first comes. Each step does what graphql-js does when all goes well, in the order of its executor; for
// everything else it gives up.

import {
  getArgumentValues,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLAbstractType,
  type GraphQLField,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type SelectionSetNode,
  type TypeNode,
} from 'graphql';

export interface Visit {
  readonly context: unknown;
  /** Of the root field: for its variables, and for those who resolve a type. */
  readonly info: GraphQLResolveInfo;
}

/** Throws GaveUp. */
export type Shape = (value: unknown, visit: Visit) => unknown;

/** graphql-js has to shape this value. */
export class GaveUp extends Error {
  readonly value: unknown;
  /** Every other value of this selection, too. */
  readonly forGood: boolean;

  constructor(value: unknown, forGood: boolean) {
    super('this value has no planned shape');
    this.name = 'GaveUp';
    this.value = value;
    this.forGood = forGood;
  }
}

/** Inside, where the value of the root is not at hand. One object each: what went wrong is said by graphql-js. */
const NOT_THIS = new Error('this value has no planned shape');
const NEVER = new Error('this selection has no plan');

interface Member {
  readonly name: string;
  readonly read: (source: object, visit: Visit) => unknown;
  readonly shape: Shape;
}

/** A resolver that takes more than these may look at `info`, which is the root's here. */
const PARAMETERS_MAX = 3;

export function createShaping(
  schema: GraphQLSchema,
  document: DocumentNode,
  fieldsMax: number,
): (type: GraphQLOutputType, nodes: readonly FieldNode[]) => Shape {
  let fields = 0;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }

  function shapeOf(type: GraphQLOutputType, nodes: readonly FieldNode[]): Shape {
    if (isNonNullType(type)) return required(shapeOf(type.ofType, nodes));
    if (isListType(type)) return listed(shapeOf(type.ofType, nodes));
    if (isLeafType(type)) return leaf(type);
    return isObjectType(type) ? objectShape(type, nodes) : abstractShape(type, nodes);
  }

  function objectShape(type: GraphQLObjectType, nodes: readonly FieldNode[]): Shape {
    let members: readonly Member[] | null = null;
    return (value, visit) => {
      if (value === null || value === undefined) return null;
      if (typeof value !== 'object' || isUnusual(value)) throw NOT_THIS;
      members ??= membersOf(type, nodes);
      const shaped: Record<string, unknown> = {};
      for (const { name, read, shape } of members) shaped[name] = shape(read(value, visit), visit);
      return shaped;
    };
  }

  function abstractShape(type: GraphQLAbstractType, nodes: readonly FieldNode[]): Shape {
    const { resolveType } = type;
    const shapes = new Map<unknown, Shape>();
    return (value, visit) => {
      if (value === null || value === undefined) return null;
      // A refusal is an error that is a value here; what graphql-js would throw, it shall.
      if (resolveType === null || resolveType === undefined || isUnusual(value)) throw NOT_THIS;
      const name = resolveType(value, visit.context, visit.info, type);
      const known = shapes.get(name);
      if (known !== undefined) return known(value, visit);
      const found = typeof name === 'string' ? schema.getType(name) : null;
      if (!isObjectType(found) || !schema.isSubType(type, found)) throw NOT_THIS;
      const shape = objectShape(found, nodes);
      shapes.set(name, shape);
      return shape(value, visit);
    };
  }

  function membersOf(type: GraphQLObjectType, nodes: readonly FieldNode[]): readonly Member[] {
    if (type.isTypeOf !== null && type.isTypeOf !== undefined) throw NEVER;
    const byName = new Map<string, FieldNode[]>();
    const visited = new Set<string>();
    for (const { selectionSet } of nodes) if (selectionSet !== undefined) collect(selectionSet, type, byName, visited);
    return [...byName].map(([name, same]) => memberOf(type, name, same));
  }

  /** As graphql-js collects fields, without directives. */
  function collect(
    { selections }: SelectionSetNode,
    type: GraphQLObjectType,
    byName: Map<string, FieldNode[]>,
    visited: Set<string>,
  ): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value;
        const same = byName.get(name);
        if (same === undefined) byName.set(name, [selection]);
        else same.push(selection);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        if (isFor(selection.typeCondition, type)) collect(selection.selectionSet, type, byName, visited);
      } else {
        const { value } = selection.name;
        const fragment = fragments.get(value);
        if (visited.has(value) || fragment === undefined) continue;
        visited.add(value);
        if (isFor(fragment.typeCondition, type)) collect(fragment.selectionSet, type, byName, visited);
      }
    }
  }

  function isFor(condition: TypeNode | undefined, type: GraphQLObjectType): boolean {
    if (condition?.kind !== Kind.NAMED_TYPE || condition.name.value === type.name) return true;
    const wanted = schema.getType(condition.name.value);
    return isAbstractType(wanted) && schema.isSubType(wanted, type);
  }

  function memberOf(type: GraphQLObjectType, name: string, nodes: readonly FieldNode[]): Member {
    fields += 1;
    const [node] = nodes;
    // It would not be a member of an object that is written like any other.
    if (fields > fieldsMax || node === undefined || name === '__proto__') throw NEVER;
    if (node.name.value === '__typename') return { name, read: () => type.name, shape: (value) => value };
    const field = type.getFields()[node.name.value];
    if (field === undefined) throw NEVER;
    return { name, read: readingOf(field, node), shape: shapeOf(field.type, nodes) };
  }

  return (type, nodes) => {
    const shape = shapeOf(type, nodes);
    return (value, visit) => {
      try {
        return shape(value, visit);
      } catch (error) {
        throw new GaveUp(value, error === NEVER);
      }
    };
  };
}

function readingOf({ name, resolve, args }: GraphQLField<unknown, unknown>, node: FieldNode): Member['read'] {
  if (resolve === undefined) return (source) => (source as Readonly<Record<string, unknown>>)[name];
  if (resolve.length > PARAMETERS_MAX) throw NEVER;
  if (args.length === 0) return (source, { context, info }) => resolve(source, {}, context, info);
  const field = { name, args } as GraphQLField<unknown, unknown>;
  return (source, { context, info }) =>
    resolve(source, getArgumentValues(field, node, info.variableValues), context, info);
}

function required(shape: Shape): Shape {
  return (value, visit) => {
    const shaped = shape(value, visit);
    if (shaped === null) throw NOT_THIS;
    return shaped;
  };
}

function listed(shape: Shape): Shape {
  return (value, visit) => {
    if (value === null || value === undefined) return null;
    if (!Array.isArray(value)) throw NOT_THIS;
    return value.map((one) => shape(one, visit));
  };
}

function leaf(type: GraphQLLeafType): Shape {
  return (value) => {
    if (value === null || value === undefined) return null;
    // A property that is a method would have been called.
    if (typeof value === 'function' || isUnusual(value)) throw NOT_THIS;
    const serialized = type.serialize(value);
    if (serialized === null || serialized === undefined) throw NOT_THIS;
    return serialized;
  };
}

/** What graphql-js waits for, or throws. */
function isUnusual(value: unknown): boolean {
  return value instanceof Error || (typeof value === 'object' && value !== null && 'then' in value);
}
