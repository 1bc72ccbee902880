// What we refuse Payme with (sheet 9). The payer reads the messages of the codes from -31001 on; Payme wants those about the
// account in its three languages, and the field at fault beside them (sheet 3).

export interface RpcError {
  readonly code: number;
  readonly message: string | { readonly ru: string; readonly uz: string; readonly en: string };
  readonly data?: string;
}

export const NOT_POST: RpcError = { code: -32300, message: 'The request is not a POST.' };
export const NOT_JSON: RpcError = { code: -32700, message: 'The request is not JSON.' };
export const NOT_RPC: RpcError = { code: -32600, message: 'The request lacks a field, or a field is of another type.' };
export const NO_PRIVILEGE: RpcError = { code: -32504, message: 'The caller may not do this.' };
export const SYSTEM_ERROR: RpcError = { code: -32400, message: 'The system is not available. Try again later.' };

export const WRONG_AMOUNT: RpcError = {
  code: -31001,
  message: { ru: 'Неверная сумма.', uz: 'Summa noto‘g‘ri.', en: 'The amount is wrong.' },
};
export const NO_TRANSACTION: RpcError = {
  code: -31003,
  message: { ru: 'Транзакция не найдена.', uz: 'Tranzaksiya topilmadi.', en: 'There is no such transaction.' },
};
export const KEPT: RpcError = {
  code: -31007,
  message: {
    ru: 'Заказ выполнен. Отменить оплату нельзя.',
    uz: 'Buyurtma bajarilgan. To‘lovni bekor qilib bo‘lmaydi.',
    en: 'The order is complete. The payment cannot be cancelled.',
  },
};
export const NOT_POSSIBLE: RpcError = {
  code: -31008,
  message: {
    ru: 'Операция сейчас невозможна.',
    uz: 'Bu amalni hozir bajarib bo‘lmaydi.',
    en: 'This cannot be done in the present state.',
  },
};

const ACCOUNT_MESSAGES = {
  [-31050]: { ru: 'Заказ не найден.', uz: 'Buyurtma topilmadi.', en: 'There is no such order.' },
  [-31051]: {
    ru: 'Этот заказ больше нельзя оплатить.',
    uz: 'Bu buyurtma uchun endi to‘lab bo‘lmaydi.',
    en: 'This order can no longer be paid.',
  },
  [-31052]: { ru: 'Не указан номер заказа.', uz: 'Buyurtma raqami ko‘rsatilmagan.', en: 'The order is not named.' },
} as const;

/** Sheet 9, own allocation. `field` is the account's sub-field, or the parameter, at fault. */
export function accountError(code: keyof typeof ACCOUNT_MESSAGES, field: string): RpcError {
  return { code, message: ACCOUNT_MESSAGES[code], data: field };
}

const NAME_LENGTH_MAX = 64;

export function noMethod(name: string): RpcError {
  return { code: -32601, message: 'There is no such method.', data: name.slice(0, NAME_LENGTH_MAX) };
}

const PERIOD = {
  ru: 'Период указан неверно.',
  uz: 'Davr noto‘g‘ri ko‘rsatilgan.',
  en: 'The period ends before it begins.',
} as const;

/** Sheet 7.6: as the official template says it. */
export const WRONG_PERIOD: RpcError = { code: -31050, message: PERIOD, data: 'from' };
