// The address of each payment's callback: M-Pesa signs nothing, so the only proof is a path that nobody else knows
// (sheet, "Webhook / callback").

import { createHmac } from 'node:crypto';
import { sameAsOneOf } from '../signature.ts';

const PATH = /^stk\/([\w-]{1,64})\/([\w-]{32,128})$/;
/** M-Pesa refuses addresses that hold one of these (sheet, "URL rules"); chance writes one into a token in 300. */
const WORDS_REFUSED = /m-?pesa|safaricom|exec?|cmd|sql|query/i;

/** Below our webhook's own address. */
export function callbackPathOf(secret: string, reference: string): string {
  const { plain, hex } = tokensOf(secret, reference);
  return `stk/${reference}/${WORDS_REFUSED.test(plain) ? hex : plain}`;
}

/** The reference that such a path was made for; null where we have made none like it. */
export function referenceIn(path: string, secrets: readonly string[]): string | null {
  const [, reference = '', token = ''] = PATH.exec(path) ?? [];
  const tokens = secrets.map((secret) => tokensOf(secret, reference)).flatMap(({ plain, hex }) => [plain, hex]);
  return sameAsOneOf(token, tokens) ? reference : null;
}

/** The reference alone, for a path that has been proved before. */
export function provenReferenceOf(path: string): string | null {
  return PATH.exec(path)?.[1] ?? null;
}

/** One value in two spellings: hex holds none of the words. */
function tokensOf(secret: string, reference: string): { readonly plain: string; readonly hex: string } {
  const mac = createHmac('sha256', secret).update(`mpesa:${reference}`).digest();
  return { plain: mac.toString('base64url'), hex: mac.toString('hex') };
}
