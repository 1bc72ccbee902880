// Goal: the public schema keeps what was promised and explains itself. Method: the built schema is held against the
// promise by graphql-js, and walked for anything without a description.

import {
  buildSchema,
  findBreakingChanges,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from './index.ts';
import { CONTRACT } from './contract.fixture.ts';

const types = Object.values(schema.getTypeMap()).filter(
  ({ name }) => !name.startsWith('__') && !['String', 'Int', 'Float', 'Boolean', 'ID'].includes(name),
);

it('keeps the contract', () => {
  const promised = buildSchema(CONTRACT, { assumeValidSDL: true });
  expect(findBreakingChanges(promised, schema).map(({ description }) => description)).toEqual([]);
});

it('has no way in by relay ids', () => {
  expect(schema.getType('Node')).toBeUndefined();
  expect(Object.keys(schema.getQueryType()?.getFields() ?? {})).not.toContain('node');
});

describe.each(types.map((type) => [type.name, type] as const))('%s', (_name, type) => {
  it('is described, down to its last part', () => {
    const parts: { readonly name: string; readonly description?: string | null | undefined }[] = [type];
    if (isEnumType(type)) parts.push(...type.getValues());
    if (isInputObjectType(type)) parts.push(...Object.values(type.getFields()));
    if (isObjectType(type) || isInterfaceType(type)) {
      parts.push(...Object.values(type.getFields()).flatMap((field) => [field, ...field.args]));
    }
    expect(parts.filter(({ description }) => !description?.endsWith('.')).map(({ name }) => name)).toEqual([]);
  });
});
