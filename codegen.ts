// What is generated: `schema.graphql` for the people who call us, `docs/gateways.md` for those who run us, and typed
// documents for our own tests. `npm run generate` writes all; scripts/check-generated.mjs fails while one of them is stale.

import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  // Imported as it is, by the same Node that runs it. `noPluck`: it is a built schema and holds no SDL to look for.
  schema: [{ './src/resolvers/index.ts': { noPluck: true } }],
  documents: ['tests/**/*.ts', '!tests/testkit/generated/**'],
  // A test may be written before the first document.
  ignoreNoDocuments: true,
  generates: {
    // Sorted by the loader, with descriptions: the same schema is always the same file.
    'schema.graphql': { plugins: ['schema-ast'] },
    // From the registry: a new gateway is on that page without anybody's thinking of it.
    'docs/gateways.md': { plugins: ['./scripts/gateway-page.mjs'] },
    'tests/testkit/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        // Node runs the tests' TypeScript as it is: types must be imported as types, and files by their whole name.
        useTypeImports: true,
        importExtension: '.ts',
        enumType: 'string-literal',
        immutableTypes: true,
        nonOptionalTypename: false,
        strictScalars: true,
        scalars: {
          ID: 'string',
          MinorUnits: 'number',
          DateTime: 'string',
          CurrencyCode: 'string',
          CountryCode: 'string',
        },
      },
    },
  },
};

export default config;
