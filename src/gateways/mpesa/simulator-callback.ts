// The callback as M-Pesa sends it (sheet, "Webhook / callback"): to the address that came with the push, once, unsigned.

import type { Operation } from '../simulator-books.ts';
import type { CallbackMessage, Delivery } from '../simulator-callbacks.ts';
import { timestampOf } from './password.ts';
import type { Detail } from './simulator.ts';
import { saidInCallback } from './simulator-words.ts';

export function callbackOf(
  operation: Operation<Detail>,
  { stage, signature }: Delivery,
  shortcode: string,
): CallbackMessage {
  const { callBackUrl, merchantRequestId } = operation.detail;
  const ended = operation.reason ?? '0';
  const otherwise = ended === '0' ? '1037' : '0';
  const code = stage === 'final' ? ended : otherwise;
  return {
    // Whoever does not know the path can only guess it.
    url: signature === 'right' ? callBackUrl : callBackUrl.replace(/[^/]+$/, 'A'.repeat(43)),
    headers: { 'content-type': 'application/json;charset=UTF-8', businessshortcode: shortcode },
    body: JSON.stringify({
      Body: {
        stkCallback: {
          MerchantRequestID: merchantRequestId,
          CheckoutRequestID: operation.providerId,
          // A number, but for the one code that is text.
          ResultCode: /^\d+$/.test(code) ? Number(code) : code,
          ResultDesc: saidInCallback(code),
          ...(code === '0' ? { CallbackMetadata: { Item: itemsOf(operation) } } : {}),
        },
      },
    }),
  };
}

function itemsOf({ amount, at, detail }: Operation<Detail>): readonly object[] {
  return [
    { Name: 'Amount', Value: amount / 100 },
    { Name: 'MpesaReceiptNumber', Value: detail.receipt },
    // Without a value, as it was observed.
    { Name: 'Balance' },
    { Name: 'TransactionDate', Value: Number(timestampOf(new Date(at))) },
    { Name: 'PhoneNumber', Value: Number(detail.phone) },
  ];
}
