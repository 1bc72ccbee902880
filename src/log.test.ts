// Goal: whatever a caller logs by mistake, no secret and no phone number is written (rule 9). Method: a line is written to
// this process's output, and read back.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { spawnSync } from 'node:child_process';

let lines: string;
function written(code: string): Record<string, unknown> {
  const script = `import { createLog } from './src/log.ts'; const log = createLog('info'); ${code}`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
  lines = stdout;
  return JSON.parse(stdout) as Record<string, unknown>;
}
beforeEach(() => {
  lines = '';
});
afterEach(() => expect(lines).not.toMatch(/canary|0161000000/));

it('hides the members that hold secrets, at any depth that is logged, and copies nothing else', () => {
  const line = written(
    `log.info({ id: 'i', phone: 'canary', customer: { email: 'canary', at: { headers: ['canary'] } }, list: [{ body: 'canary' }] }, 'x');`,
  );
  expect(line).toMatchObject({ level: 'info', id: 'i', phone: '[hidden]', msg: 'x' });
  expect(line['customer']).toEqual({ email: '[hidden]', at: { headers: '[hidden]' } });
  expect(line['list']).toEqual([{ body: '[hidden]' }]);
});

it("cuts keys and long numbers out of an error's words, and out of its cause's", () => {
  const cause = `new Error('refused +2290161000000')`;
  const line = written(
    `log.error({ err: new Error('key pk_test_canary1_x is not ct_canary.y', { cause: ${cause} }) }, 'x');`,
  );
  expect(line['err']).toMatchObject({
    name: 'Error',
    message: 'key [key] is not [key]',
    cause: { message: 'refused [digits]' },
  });
});
