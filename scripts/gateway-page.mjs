// Writes docs/gateways.md out of the registry: what each gateway can do, and its settings. A plugin of the code generator,
// which runs on the pinned Node and so imports TypeScript as it is.

const REFUNDS = {
  partial: 'in full and in part, by a call',
  full: 'in full, by a call; a part is left to people',
  none: "left to people, in the provider's own dashboard",
};

export async function plugin() {
  const registry = await import('../src/gateways/registry.ts');
  const sections = Object.values(registry)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(sectionOf);
  return { content: [HEAD, ...sections].join('\n') };
}

const HEAD = `# Gateways and their settings

<!-- Generated from src/gateways by \`npm run generate\`. Changes belong there. -->

Settings are environment variables. A gateway is on when one of its own is set, unless \`GATEWAYS\` says otherwise; one that
has some of its required settings and not all refuses to start. Providers reach us at \`<PUBLIC_URL>/webhooks/<gateway>\`, and at \`<PUBLIC_URL>/billing/<gateway>\`. How to run the
rest: [operations.md](operations.md).
`;

function sectionOf({ id, name, currencies, modes, routed, refunds, settings, baseUrlSettings, webhookName }) {
  const rows = Object.entries(settings.shape).map(([key, schema]) => rowOf(key, schema));
  return `## ${name}

- \`${id.toUpperCase()}\` in GraphQL${routed ? '' : '; never chosen by the routing table, only when a request names it'}
- modes, the preferred one first: ${modes.map(modeText).join('; ')}
- currencies: ${currencies.length > 12 ? `${currencies.length} of them` : currencies.join(', ')}
- refunds: ${REFUNDS[refunds ?? 'none']}
${addressOf(webhookName)}- must be \`https\` and not on this machine's network in production: ${baseUrlSettings.map((key) => `\`${key}\``).join(', ')}

| variable | meaning | what may stand there | default |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

function addressOf(webhookName) {
  if (webhookName === undefined) return '';
  return `- calls us at \`/webhooks/${webhookName}\`, because it refuses its own name in an address\n`;
}

function modeText({ mode, needs }) {
  return needs.length === 0 ? mode : `${mode} (needs ${needs.join(' and ')})`;
}

/** A kind that a gateway has narrowed still shows what the kind says. */
function shownOf(schema) {
  return schema.meta()?.shown ?? (schema.def.in === undefined ? undefined : shownOf(schema.def.in));
}

function rowOf(key, schema) {
  const description = schema.meta()?.description;
  const shown = shownOf(schema);
  if (description === undefined || shown === undefined) {
    throw new Error(`${key}: say what it is for with describe(), and make it of a kind of src/gateways/settings.ts`);
  }
  return `| \`${key}\` | ${description} | ${shown.rule ?? 'any text'} | ${shown.preset ?? 'required'} |`;
}
