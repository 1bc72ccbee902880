// Three mongods as one replica set, each behind a proxy: members and clients know one another by the proxies, so a test can part
// one from the others while its clients still reach it.

import mongoose from 'mongoose';
import { eventually } from './eventually.ts';
import { freePort, mongodOn, type OwnServer } from './processes.ts';
import { startProxy, type Proxy } from './proxy.ts';

export interface Member extends OwnServer {
  readonly proxy: Proxy;
  /** `host:port`, as the others know it. */
  readonly host: string;
}

export interface ReplicaSet {
  /** All members, for the driver to choose from. */
  readonly url: string;
  readonly members: readonly Member[];
  /** Waits for one that takes writes; `not` is no candidate. */
  primary(not?: Member): Promise<Member>;
  /** One member alone, whatever it is. */
  urlOf(member: Member): string;
  admin(member: Member, command: Readonly<Record<string, unknown>>): Promise<mongoose.mongo.Document>;
  /** The member and the others no longer hear each other; clients reach all of them. Returns how to end that. */
  part(member: Member): () => void;
  remove(): Promise<void>;
}

const NAME = 'own';
/** Sent by a mongod, and by no client, when it greets. */
const FROM_MEMBER = 'internalClient';

/** A primary that is gone is missed within two seconds, where MongoDB would take ten. */
const SETTINGS = { electionTimeoutMillis: 2_000, heartbeatIntervalMillis: 300, heartbeatTimeoutSecs: 2 };

export async function ownReplicaSet(): Promise<ReplicaSet> {
  const members = await Promise.all(
    [0, 1, 2].map(async (): Promise<Member> => {
      const [port, proxy] = await Promise.all([freePort(), startProxy()]);
      proxy.lead(port);
      // What is compressed cannot be told apart by its words.
      const server = await mongodOn(port, NAME, ['--networkMessageCompressors', 'disabled']);
      return { ...server, proxy, host: `127.0.0.1:${proxy.port}` };
    }),
  );
  const urlOf = ({ host }: Member): string => `mongodb://${host}/own?directConnection=true`;

  async function admin(member: Member, command: Readonly<Record<string, unknown>>): Promise<mongoose.mongo.Document> {
    // Past the proxy: the test is no part of what it does.
    const client = await mongoose.mongo.MongoClient.connect(
      `mongodb://127.0.0.1:${member.port}/?directConnection=true`,
      {
        serverSelectionTimeoutMS: 5_000,
      },
    );
    try {
      return await client.db('admin').command(command);
    } finally {
      await client.close();
    }
  }

  const isPrimary = async (member: Member): Promise<boolean> => {
    const hello = await admin(member, { hello: 1 }).catch(() => null);
    return hello?.['isWritablePrimary'] === true;
  };
  async function primary(not?: Member): Promise<Member> {
    const candidates = members.filter((member) => member !== not && member.running().child.signalCode === null);
    const found = await eventually(
      async () => {
        const answers = await Promise.all(candidates.map(isPrimary));
        return candidates.find((_candidate, index) => answers[index]);
      },
      (one) => one !== undefined,
      { everyMs: 50 },
    );
    if (found === undefined) throw new Error('no primary');
    return found;
  }

  const [first] = members;
  if (first === undefined) throw new Error('no members');
  const config = { _id: NAME, settings: SETTINGS, members: members.map(({ host }, _id) => ({ _id, host })) };
  await admin(first, { replSetInitiate: config });
  await primary();

  return {
    url: `mongodb://${members.map(({ host }) => host).join(',')}/own?replicaSet=${NAME}`,
    members,
    primary,
    urlOf,
    admin,
    part(member) {
      const others = members.filter((one) => one !== member);
      const own = `${member.host}\0`;
      member.proxy.set('blackhole', FROM_MEMBER);
      // A heartbeat says from whom it is.
      for (const { proxy } of others) proxy.set('blackhole', own);
      return () => {
        member.proxy.set('pass', FROM_MEMBER);
        member.proxy.cut(FROM_MEMBER);
        for (const { proxy } of others) {
          proxy.set('pass', own);
          proxy.cut(own);
        }
      };
    },
    async remove() {
      await Promise.all(members.map((member) => member.remove()));
      await Promise.all(members.map(({ proxy }) => proxy.close()));
    },
  };
}
