import { serviceSettings, defineConfig, setting } from '@stoa/config'
import { order } from '@stoa/contracts/order/service'
import { Type } from 'typebox'

/** The settings of order. */
export const config = defineConfig('order', {
  ...serviceSettings('order', order.port),
  AUTO_PICK: setting(Type.Boolean(), { default: false, doc: 'Whether orders are picked automatically.' }),
  CARRIER_DAY_SECONDS: setting(Type.Number({ minimum: 0.01 }), {
    default: 86_400,
    unit: 's',
    doc: 'Length of a day for automatic picking and the return window; the sandbox carrier uses shorter days.',
  }),
  RETURN_WINDOW_DAYS: setting(Type.Integer({ minimum: 0, maximum: 365 }), {
    default: 14,
    unit: 'days',
    doc: 'Days after delivery within which goods can be returned.',
  }),
  GUEST_REVIEW_MINUTES: setting(Type.Number({ minimum: 0.01, maximum: 1_440 }), {
    default: 60,
    unit: 'min',
    doc: 'Time that the order of a guest keeps its stock while its payment is in review; then the order is rejected. Orders of accounts keep it for 24 hours.',
  }),
  CART_TTL_HOURS: setting(Type.Number({ minimum: 0.0001, maximum: 8_760 }), {
    default: 720,
    unit: 'h',
    reloadable: true,
    doc: 'Time after its last change at which the cart of an account expires.',
  }),
  GUEST_CART_TTL_HOURS: setting(Type.Number({ minimum: 0.0001, maximum: 8_760 }), {
    default: 72,
    unit: 'h',
    reloadable: true,
    doc: 'Time after its last change at which the cart of a guest expires.',
  }),
  CLOSED_CART_DAYS: setting(Type.Integer({ minimum: 1, maximum: 3_650 }), {
    default: 30,
    unit: 'days',
    doc: 'Time for which a cart is kept after it was ordered, was merged or has expired.',
  }),
  RECONCILE_EVERY_SECONDS: setting(Type.Number({ minimum: 30 }), {
    default: 300,
    unit: 's',
    doc: 'Interval at which recent orders are reconciled with the records of the other services.',
  }),
  RECONCILE_ALL_EVERY_HOURS: setting(Type.Number({ minimum: 0.01 }), {
    default: 24,
    unit: 'h',
    doc: 'Interval at which every order is reconciled, together with the totals of stock and promotions.',
  }),
  RECONCILE_RECENT_DAYS: setting(Type.Number({ minimum: 0.01 }), {
    default: 40,
    unit: 'days',
    doc: 'Maximum age of the orders that count as recent for reconciliation.',
  }),
  RECONCILE_RECHECK_MS: setting(Type.Integer({ minimum: 0, maximum: 10_000 }), {
    default: 1_000,
    unit: 'ms',
    doc: 'Delay before a suspected difference is checked again; it is checked up to three times.',
  }),
})
