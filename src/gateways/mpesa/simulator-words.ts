// What M-Pesa says in words: as it is known to, not alike in callbacks and answers, and never a part of the contract.

const SAID: Readonly<Record<string, readonly [callback: string, answer: string]>> = {
  '0': ['The service request is processed successfully.', 'The service request has been accepted successfully'],
  '1': ['The balance is insufficient for the transaction.', '[MpesaCB - ]The balance is insufficient'],
  '17': ['Rule limited.', 'The transaction is rule limited'],
  '1019': ['Transaction expired.', 'Transaction has expired'],
  '1032': ['Request cancelled by user', 'Request Cancelled by user.'],
  '1037': ['DS timeout user cannot be reached', 'No response from user.'],
  '2001': ['The initiator information is invalid.', '[MpesaCB - ]The initiator information is invalid.'],
};

export function saidInCallback(code: string): string {
  return SAID[code]?.[0] ?? `Result ${code}`;
}

export function saidInAnswer(code: string): string {
  return SAID[code]?.[1] ?? `The result is ${code}`;
}
