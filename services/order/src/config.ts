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
})
