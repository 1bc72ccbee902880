// What a new schema takes from those who use the old one, and whether the changelog tells them.

import { buildSchema, findBreakingChanges } from 'graphql';

/** One line for each breaking change from one SDL to another: `<type>: <description>`. */
export function breakingChanges(before, after) {
  const [old, fresh] = [before, after].map((sdl) => buildSchema(sdl, { assumeValidSDL: true }));
  return findBreakingChanges(old, fresh).map(({ type, description }) => `${type}: ${description}`);
}

/** True when the changelog's Unreleased section has a line that starts with `BREAKING:`, in a list or not. */
export function announcesBreaking(changelog) {
  const sections = changelog.split(/^(?=## )/m);
  return sections.some((text) => /^## .*unreleased/i.test(text) && /^\s*(?:[-*] )?BREAKING:/m.test(text));
}
