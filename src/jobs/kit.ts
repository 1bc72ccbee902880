// BullMQ as a doorbell (rule 7): a job's data is an id, its handler re-reads MongoDB and may run any number of times. Jobs
// are removed when they end, well or not, because a kept one would swallow the next ring of the same name.

import { Queue, Worker, type ConnectionOptions } from 'bullmq';
import { z } from 'zod';
import type { Bell, Log, Schedule, Services } from '../services/index.ts';

/** No ring waits longer than this for Redis; whoever rang goes on without it. */
const RING_MS = 2_000;
/** A held job whose worker is gone is given to another within this and one stalled check. */
const LOCK_MS = 10_000;
const STALLED_CHECK_MS = 5_000;

export interface Job {
  readonly kind: Bell['kind'];
  readonly concurrency: number;
  run(id: string, services: Services): Promise<void>;
}

/** What is parsed again when the job runs: Redis may delay or repeat a job, and it may not invent one (its id is looked up). */
const payload = z.strictObject({ id: z.uuid() });

export interface Doorbell extends Schedule {
  close(): Promise<void>;
}

export function createDoorbell(
  jobs: readonly Job[],
  { redisUrl, prefix, log }: { redisUrl: string; prefix: string; log: Log },
): Doorbell {
  const connection = connectionTo(redisUrl, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: RING_MS,
  });
  const queues = new Map(
    jobs.map(({ kind }) => {
      const queue = new Queue(kind, {
        connection,
        prefix,
        defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
      });
      // Said once by the bus; a ring that fails is not an error, the sweeper finds the work.
      queue.on('error', (error) => log.debug({ queue: kind, reason: error.message }, 'queue connection'));
      return [kind, queue] as const;
    }),
  );

  return {
    async ring({ kind, id, version }, afterMs) {
      const queue = queues.get(kind);
      if (queue === undefined) throw new Error(`no job is called ${kind}`);
      const jobId = `${kind}-${id}-${version}`;
      await within(RING_MS, queue.add(kind, { id }, { jobId, delay: Math.round(afterMs) }));
    },
    async close() {
      await Promise.all([...queues.values()].map((queue) => within(RING_MS, queue.close()).catch(() => undefined)));
    },
  };
}

export interface Workers {
  /** Lets running jobs end. */
  close(): Promise<void>;
}

export function startWorkers(
  jobs: readonly Job[],
  { redisUrl, prefix, services, log }: { redisUrl: string; prefix: string; services: Services; log: Log },
): Workers {
  const connection = connectionTo(redisUrl, { maxRetriesPerRequest: null });
  const workers = jobs.map((job) => {
    const worker = new Worker(job.kind, async ({ data }) => job.run(payload.parse(data).id, services), {
      connection,
      prefix,
      concurrency: job.concurrency,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_CHECK_MS,
      // Whether a job is worth another run is decided by MongoDB alone.
      maxStalledCount: 1_000,
    });
    worker.on('error', (error) => log.debug({ queue: job.kind, reason: error.message }, 'worker connection'));
    worker.on('failed', (held, error) =>
      log.error({ queue: job.kind, id: held?.id, err: error }, 'job failed; its work stays due'),
    );
    return worker;
  });
  return {
    async close() {
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
}

function connectionTo(url: string, options: object): ConnectionOptions {
  const retryStrategy = (tries: number): number => Math.min(50 * 2 ** tries, 1_000);
  // A primary that has become a replica refuses every job; the address may lead to another by now.
  const reconnectOnError = ({ message }: Error): boolean => message.includes('READONLY');
  return { url, retryStrategy, reconnectOnError, ...options };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer from Redis in ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
