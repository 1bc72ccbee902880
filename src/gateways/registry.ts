// Every gateway, one line each, sorted. Nothing else names them all.

export { kkiapay } from './kkiapay/index.ts';
export { mock } from './mock/index.ts';
export { mpesa } from './mpesa/index.ts';
export { payme } from './payme/index.ts';
export { stripe } from './stripe/index.ts';
