// Goal: a client never learns of a breaking change by breaking. Method: the check's two questions, asked of small
// schemas and changelogs.

import { describe, expect, it } from 'vitest';
import { announcesBreaking, breakingChanges } from '../scripts/breaking.mjs';

describe('a change of the schema', () => {
  const before = 'type Query { intent(id: ID!): String gateways: [String!]! }';

  it.each([
    ['a removed field', 'type Query { intent(id: ID!): String }', 'FIELD_REMOVED: Query.gateways was removed.'],
    [
      'a field that may now be null',
      'type Query { intent(id: ID!): String gateways: [String!] }',
      'FIELD_CHANGED_KIND: Query.gateways changed type from [String!]! to [String!].',
    ],
    [
      'a new argument that is required',
      'type Query { intent(id: ID!, appId: ID!): String gateways: [String!]! }',
      'REQUIRED_ARG_ADDED: A required arg appId on Query.intent was added.',
    ],
  ])('is breaking: %s', (_name, after, expected) => {
    expect(breakingChanges(before, after)).toEqual([expected]);
  });

  it('is not breaking when it only adds', () => {
    const after = 'type Query { intent(id: ID!, at: String): String gateways: [String!]! events: [Int!]! }';
    expect(breakingChanges(before, after)).toEqual([]);
  });
});

describe('the changelog', () => {
  it.each([
    ['says so', '# Changelog\n\n## [Unreleased]\n\nBREAKING: `gateways` is gone.\n', true],
    ['says so in a list', '## [0.2.0] - Unreleased\n\n### Changed\n\n- BREAKING: `gateways` is gone.\n', true],
    ['says it of an older version', '## [Unreleased]\n\n- Faster.\n\n## [0.1.0]\n\nBREAKING: all new.\n', false],
    ['says nothing', '## [Unreleased]\n\n- Nothing here is BREAKING: fear not.\n', false],
    ['is empty', '', false],
  ])('%s', (_name, changelog, expected) => {
    expect(announcesBreaking(changelog)).toBe(expected);
  });
});
