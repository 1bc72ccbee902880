// Group commit: what is asked while earlier groups are on their way goes out together, as one command, the moment a place
// is free. A journaled write that a majority has takes MongoDB milliseconds however many documents it brings, and a command
// costs this process ten times what one more document in it does. Nobody waits for company: an item that comes alone goes
// out alone, at the end of its turn of the event loop.

export interface GroupingLimits {
  /** Of one group. */
  readonly itemsMax: number;
  /** Groups under way at a time. More than one, so that a command which hangs does not hold up all others. */
  readonly groupsMax: number;
  /** Whoever comes while so many wait is refused at once: a database that is behind is not helped by a longer queue. */
  readonly waitingMax: number;
}

const LIMITS: GroupingLimits = { itemsMax: 100, groupsMax: 4, waitingMax: 5_000 };

/** Named like the driver's own faults, so that the door says UNAVAILABLE: nothing has been sent. */
export class QueueFull extends Error {
  constructor(waiting: number) {
    super(`${waiting} wait for the database already`);
    this.name = 'MongoQueueFullError';
  }
}

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** `send` answers each item, in their order; where it rejects, nothing is known of any of them. */
export function createGrouping<Item, Answer>(
  send: (items: readonly Item[]) => Promise<readonly Answer[]>,
  { itemsMax, groupsMax, waitingMax }: GroupingLimits = LIMITS,
): (item: Item) => Promise<Answer> {
  let waiting: Waiting<Item, Answer>[] = [];
  let underWay = 0;
  let isDeparting = false;

  function depart(): void {
    isDeparting = false;
    while (waiting.length > 0 && underWay < groupsMax) {
      const group = waiting.length <= itemsMax ? waiting : waiting.slice(0, itemsMax);
      waiting = group === waiting ? [] : waiting.slice(itemsMax);
      void travel(group);
    }
  }

  async function travel(group: readonly Waiting<Item, Answer>[]): Promise<void> {
    underWay += 1;
    try {
      const answers = await send(group.map(({ item }) => item));
      for (const [index, { resolve }] of group.entries()) resolve(answers[index] as Answer);
    } catch (error) {
      for (const { reject } of group) reject(error);
    } finally {
      underWay -= 1;
      depart();
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      if (waiting.length >= waitingMax) throw new QueueFull(waiting.length);
      waiting.push({ item, resolve, reject });
      if (isDeparting || underWay >= groupsMax) return;
      isDeparting = true;
      // Not a microtask: requests that came in one read of the sockets are each handled to their first wait in between.
      setImmediate(depart);
    });
}
