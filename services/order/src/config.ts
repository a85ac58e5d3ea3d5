import { serviceSettings, defineConfig, setting } from '@stoa/config'
import { order } from '@stoa/contracts/order/service'
import { Type } from 'typebox'

/** The settings of order. */
export const config = defineConfig('order', {
  ...serviceSettings('order', order.port),
  AUTO_PICK: setting(Type.Boolean(), { default: false, doc: 'Whether picking begins and ends by itself.' }),
  CARRIER_DAY_SECONDS: setting(Type.Number({ minimum: 0.01 }), {
    default: 86_400,
    unit: 's',
    doc: 'How long a day lasts for automatic picking and the return window; the sandbox carrier’s are shorter.',
  }),
  RETURN_WINDOW_DAYS: setting(Type.Integer({ minimum: 0, maximum: 365 }), {
    default: 14,
    unit: 'days',
    doc: 'Days after delivery in which goods can be sent back.',
  }),
  RECONCILE_EVERY_SECONDS: setting(Type.Number({ minimum: 30 }), {
    default: 300,
    unit: 's',
    doc: 'How often the orders of the last weeks are compared with what others keep for them.',
  }),
  RECONCILE_ALL_EVERY_HOURS: setting(Type.Number({ minimum: 0.01 }), {
    default: 24,
    unit: 'h',
    doc: 'How often all orders are, and stock and promotions with what they are sums of.',
  }),
  RECONCILE_RECENT_DAYS: setting(Type.Number({ minimum: 0.01 }), {
    default: 40,
    unit: 'days',
    doc: 'How old the orders of the last weeks are at most.',
  }),
  RECONCILE_RECHECK_MS: setting(Type.Integer({ minimum: 0, maximum: 10_000 }), {
    default: 1_000,
    unit: 'ms',
    doc: 'How long what looks wrong is left alone before it is looked at again, three times.',
  }),
})
