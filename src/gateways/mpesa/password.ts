// What every STK call is signed with, and the times that M-Pesa writes: East Africa Time, UTC+3 without summer time, on any
// machine (sheet, "STK password and timestamp").

const EAT_AHEAD_MS = 3 * 3_600_000;

/** `yyyyMMddHHmmss`. */
export function timestampOf(at: Date): string {
  return new Date(at.getTime() + EAT_AHEAD_MS).toISOString().replace(/\D/g, '').slice(0, 14);
}

export interface Credentials {
  readonly shortcode: string;
  readonly passkey: string;
}

/** The timestamp stands in both fields, so it is taken once. */
export function signatureOf({ shortcode, passkey }: Credentials, at: Date) {
  const timestamp = timestampOf(at);
  return {
    BusinessShortCode: shortcode,
    Password: Buffer.from(`${shortcode}${passkey}${timestamp}`, 'utf8').toString('base64'),
    Timestamp: timestamp,
  };
}
