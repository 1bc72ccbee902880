// What is running, written down so that the next run can take it over: .data/run.json.
import { readJson, writeJson } from './files.mjs';

/** Keys: supervisor, mongo, redis, app. A part that has ended keeps its port, for the next start to use again. */
export function openState(file) {
  const parts = readJson(file) ?? {};
  const save = () => writeJson(file, parts);
  return {
    get: (part) => parts[part] ?? null,
    set(part, record) {
      parts[part] = record;
      save();
    },
    forget(part) {
      const port = parts[part]?.port;
      if (port === undefined) delete parts[part];
      else parts[part] = { port };
      save();
    },
  };
}
