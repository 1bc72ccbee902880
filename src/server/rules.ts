// What a document may be, checked once for each text: the outcome is cached with it, so that none of this costs anything
// when the same document comes again. HTTP, SSE and sockets all parse and validate through here.

import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives';
import {
  BREAK,
  GraphQLError,
  Kind,
  OperationTypeNode,
  parse,
  ProvidedRequiredArgumentsRule,
  specifiedRules,
  validate,
  ValuesOfCorrectTypeRule,
  visit,
  type ASTNode,
  type DocumentNode,
  type ParseOptions,
  type Source,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { rootFieldsOf, rootSelectionsOf } from './operations.ts';

export const TOKENS_MAX = 1_000;
const DEPTH_MAX = 6;
const ALIASES_MAX = 15;
const DIRECTIVES_MAX = 50;
const MUTATIONS_MAX = 5;
const ERRORS_MAX = 20;

/** Texts longer than this are parsed each time: a cache of a thousand of the largest would hold 128 MiB. */
const CACHED_LENGTH_MAX = 16_384;
const CACHED_MAX = 1_000;

export function createDocumentRules({ production }: { readonly production: boolean }): Plugin {
  const rules = [...specifiedRules.map((rule) => REPLACED.get(rule) ?? rule), wholeSubscriptionRule];
  // Yoga's own cache keeps what this returns. Reported, not thrown: what is thrown would be worked out again each time.
  const check: typeof validate = (schema, document) => {
    const excess = validate(schema, document, LIMITS);
    if (excess.length > 0) return excess;
    return validate(schema, document, rules, { maxErrors: ERRORS_MAX, hideSuggestions: production });
  };
  return {
    onParse: ({ setParseFn }) => setParseFn(parseBounded),
    onValidate: ({ setValidationFn }) => setValidationFn(check),
  };
}

/** The least recently used goes first; a Map keeps the order in which its keys were set. */
export function createDocumentCache<Value>() {
  const kept = new Map<string, Value>();
  return {
    get(text: string): Value | undefined {
      const value = kept.get(text);
      // While there is room, nothing is about to go, and the order is of no use yet.
      if (value === undefined || kept.size < CACHED_MAX / 2) return value;
      kept.delete(text);
      kept.set(text, value);
      return value;
    },
    set(text: string, value: Value): void {
      if (text.length > CACHED_LENGTH_MAX) return;
      kept.set(text, value);
      const [oldest] = kept.keys();
      if (kept.size > CACHED_MAX && oldest !== undefined) kept.delete(oldest);
    },
  };
}

/** graphql-js stops at the limit by itself; Armor's parser would count through a proxy, and not say more. */
function parseBounded(source: string | Source, options?: ParseOptions): DocumentNode {
  try {
    return parse(source, { ...options, maxTokens: TOKENS_MAX });
  } catch (error) {
    if (!(error instanceof GraphQLError) || !error.message.includes(`more that ${TOKENS_MAX} tokens`)) throw error;
    throw tooComplex(`The document has more than ${TOKENS_MAX} tokens, which is the limit.`);
  }
}

function tooComplex(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'QUERY_TOO_COMPLEX' } });
}

/** Armor names limit and value after a "Syntax Error: " that it is none. */
const armed = (n: number) => ({
  n,
  propagateOnRejection: false,
  onReject: [
    (context: ValidationContext | null, error: GraphQLError): void =>
      context?.reportError(tooComplex(error.message.replace('Syntax Error: ', ''))),
  ],
});

const maxMutationsRule: ValidationRule = (context) => ({
  OperationDefinition(operation) {
    if (operation.operation !== OperationTypeNode.MUTATION) return;
    const count = rootFieldsOf(context.getDocument(), operation).size;
    if (count <= MUTATIONS_MAX) return;
    context.reportError(tooComplex(`Mutation limit of ${MUTATIONS_MAX} in one operation exceeded, found ${count}.`));
  },
});

/** As the specification has it since 2025: with its one root field left out, a subscription would be one of nothing. */
const wholeSubscriptionRule: ValidationRule = (context) => ({
  OperationDefinition(operation) {
    if (operation.operation !== OperationTypeNode.SUBSCRIPTION) return;
    for (const { directives } of rootSelectionsOf(context.getDocument(), operation)) {
      const condition = directives?.find(({ name }) => name.value === 'skip' || name.value === 'include');
      if (condition === undefined) continue;
      const message = `A subscription's root field is always there: it takes no @${condition.name.value}.`;
      context.reportError(new GraphQLError(message, { nodes: [condition] }));
    }
  },
});

/** These look at no types, and come before the rules that may take longer the larger a document is. */
const LIMITS: readonly ValidationRule[] = [
  // A fragment is a way of writing, not a level.
  maxDepthRule({ ...armed(DEPTH_MAX), flattenFragments: true }),
  // Armor would let any number of aliases of __typename pass.
  maxAliasesRule({ ...armed(ALIASES_MAX), allowList: [] }),
  maxDirectivesRule(armed(DIRECTIVES_MAX)),
  maxMutationsRule,
];

/** A value that stands in the document is refused like one that came as a variable: with BAD_USER_INPUT, and its place. */
const REPLACED: ReadonlyMap<ValidationRule, ValidationRule> = new Map(
  [ValuesOfCorrectTypeRule, ProvidedRequiredArgumentsRule].map((rule) => [rule, asInput(rule)]),
);

function asInput(rule: ValidationRule): ValidationRule {
  return (context) => {
    const reportError = (error: GraphQLError): void => {
      const [node] = error.nodes ?? [];
      const place = node === undefined ? '' : placeOf(node, context.getDocument());
      const message = place === '' ? error.message : `${error.message} At "${place}".`;
      context.reportError(
        new GraphQLError(message, { nodes: error.nodes ?? null, extensions: { code: 'BAD_USER_INPUT' } }),
      );
    };
    return rule(Object.create(context, { reportError: { value: reportError } }) as ValidationContext);
  };
}

/** "input.amount.amount" for a value, "" for what is none. */
function placeOf(node: ASTNode, document: DocumentNode): string {
  const names: string[] = [];
  visit(document, {
    enter(visited, _key, parent, _path, ancestors) {
      if (visited !== node) return undefined;
      const above = [...ancestors, parent ?? []].flat() as readonly ASTNode[];
      for (const one of new Set([...above, visited])) {
        const isNamed = one.kind === Kind.ARGUMENT || one.kind === Kind.OBJECT_FIELD;
        if (isNamed && isWithin(one, node)) names.push(one.name.value);
      }
      return BREAK;
    },
  });
  return names.join('.');
}

/** The visitor's ancestors hold whole lists: of a list, only the one that leads to the node counts. */
function isWithin(outer: ASTNode, inner: ASTNode): boolean {
  const from = outer.loc?.start ?? 0;
  const to = outer.loc?.end ?? 0;
  return inner.loc !== undefined && inner.loc.start >= from && inner.loc.end <= to;
}
