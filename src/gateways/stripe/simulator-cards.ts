// Stripe's test cards (sheet, "Sandbox test data"), by the id of their PaymentMethod: what becomes of a payment with each.

export interface TestCard {
  readonly method: string;
  /** What a payer types. */
  readonly number: string;
  /** For the page. */
  readonly says: string;
  readonly decline: { readonly code: string; readonly declineCode: string | null } | null;
  readonly asksBank?: true;
  readonly refund?: 'pending' | 'fails';
  readonly disputed?: true;
}

function paying(method: string, number: string, says: string, change: Partial<TestCard> = {}): TestCard {
  return { method, number, says, decline: null, ...change };
}

function refusing(method: string, number: string, says: string, code: string, declineCode: string | null): TestCard {
  return { method, number, says, decline: { code, declineCode } };
}

const declined = (method: string, number: string, says: string, declineCode: string): TestCard =>
  refusing(method, number, says, 'card_declined', declineCode);

export const PLAIN_CARD = paying('pm_card_visa', '4242 4242 4242 4242', 'pays');

export const CARDS: readonly TestCard[] = [
  PLAIN_CARD,
  paying('pm_card_mastercard', '5555 5555 5555 4444', 'pays, Mastercard'),
  paying('pm_card_bypassPending', '4000 0000 0000 0077', 'pays, and is available at once'),
  declined('pm_card_visa_chargeDeclined', '4000 0000 0000 0002', 'is declined', 'generic_decline'),
  declined('pm_card_visa_chargeDeclinedInsufficientFunds', '4000 0000 0000 9995', 'has no money', 'insufficient_funds'),
  declined('pm_card_visa_chargeDeclinedLostCard', '4000 0000 0000 9987', 'was lost', 'lost_card'),
  declined('pm_card_visa_chargeDeclinedStolenCard', '4000 0000 0000 9979', 'was stolen', 'stolen_card'),
  declined('pm_card_chargeDeclinedFraudulent', '4100 0000 0000 0019', 'is blocked as fraud', 'fraudulent'),
  refusing('pm_card_chargeDeclinedExpiredCard', '4000 0000 0000 0069', 'has expired', 'expired_card', 'expired_card'),
  refusing(
    'pm_card_chargeDeclinedIncorrectCvc',
    '4000 0000 0000 0127',
    'has another CVC',
    'incorrect_cvc',
    'incorrect_cvc',
  ),
  refusing(
    'pm_card_chargeDeclinedProcessingError',
    '4000 0000 0000 0119',
    'meets a fault',
    'processing_error',
    'processing_error',
  ),
  refusing('pm_card_incorrectNumber', '4242 4242 4242 4241', 'is mistyped', 'incorrect_number', null),
  paying('pm_card_authenticationRequired', '4000 0027 6000 3184', 'asks the bank each time', { asksBank: true }),
  paying('pm_card_authenticationRequiredOnSetup', '4000 0025 0000 3155', 'asks the bank once', { asksBank: true }),
  paying('pm_card_threeDSecure2Required', '4000 0000 0000 3220', 'asks the bank (3DS 2)', { asksBank: true }),
  paying('pm_card_pendingRefund', '4000 0000 0000 7726', 'pays; a refund takes a while', { refund: 'pending' }),
  paying('pm_card_refundFail', '4000 0000 0000 5126', 'pays; a refund comes back', { refund: 'fails' }),
  paying('pm_card_createDispute', '4000 0000 0000 0259', 'pays, and the payer disputes it', { disputed: true }),
];

export function cardOf(method: string): TestCard | null {
  return CARDS.find((card) => card.method === method) ?? null;
}
