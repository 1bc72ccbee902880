// Keeps what npm start has started: watches it, hands it over to the next npm start, stops it in order.
import { appErrorLog, appLog, appLogTail } from './app.mjs';
import { follow } from './follow.mjs';
import { isAlive, stop, stopStarting } from './processes.mjs';
import { complain, Interrupted, say, SetupError } from './report.mjs';

const LOOK_EVERY_MS = 300;
const NAMES = { mongo: 'MongoDB', redis: 'Redis' };
// npm passes on a signal that the terminal has sent to us as well, so the second one soon after is the same wish.
const SAME_WISH_MS = 1500;

/**
 * @param graces what is kept, in the order in which it is stopped, and how many milliseconds each may take to end
 * @param cleanUp is called before anything is stopped
 */
export function createKeeper(graces, cleanUp) {
  let state = null;
  let watching = false;
  let ending = null;
  let askedAt = null;
  let hurry = false;

  function end(code) {
    ending ??= (async () => {
      await stopStarting();
      if (state !== null) {
        cleanUp();
        for (const [part, graceMs] of Object.entries(graces)) {
          await stop(state.get(part), { graceMs, hurry: () => hurry });
          state.forget(part);
        }
        state.forget('supervisor');
      }
      process.exit(code);
    })();
    return ending;
  }

  function asked() {
    if (askedAt === null) {
      askedAt = Date.now();
      if (state !== null) say('\nStopping what was started ...');
      void end(0);
    } else if (Date.now() - askedAt > SAME_WISH_MS && !hurry) {
      hurry = true;
      say('Stopping by force.');
    }
  }

  function letGo() {
    // While it stops, or has nothing complete to hand over, the other one waits for this one to end by itself.
    if (!watching || ending !== null) return;
    say('Another npm start has taken over. Everything goes on running.');
    process.exit(0);
  }

  /** With `fromStart`, what the app complained of while it started is shown as well. */
  function watch({ fromStart }) {
    watching = true;
    const showErrors = follow(appErrorLog, (text) => process.stderr.write(text), { fromStart });
    const told = new Set();
    showErrors();
    setInterval(() => {
      if (ending !== null) return;
      showErrors();
      const app = state.get('app');
      if (!isAlive(app)) {
        complain(`\nThe app (pid ${app.pid}) has ended by itself. ${appLog} ends with:\n\n${appLogTail()}`);
        void end(1);
        return;
      }
      for (const [part, name] of Object.entries(NAMES)) {
        const { pid } = state.get(part) ?? {};
        if (pid === undefined || told.has(part) || isAlive(state.get(part))) continue;
        told.add(part);
        complain(`${name} (pid ${pid}) has ended. The rest goes on running; another npm start starts it again.`);
      }
    }, LOOK_EVERY_MS);
  }

  async function run(main) {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, asked);
    process.on('SIGUSR2', letGo);
    try {
      await main();
    } catch (error) {
      if (!(error instanceof Interrupted) && ending === null) {
        complain(`\n${error instanceof SetupError ? error.message : error.stack}`);
      }
      await end(1);
    }
  }

  return {
    keeps(opened) {
      state = opened;
    },
    watch,
    run,
  };
}
