// Every verb, and the schema that they make with the nouns.

import './intents.ts';
import './refunds.ts';
import './gateways.ts';
import './events.ts';
import { builder } from '../schema/index.ts';

export const schema = builder.toSchema();
