import type { Examples } from '@stoa/contract'
import type * as http from './http.ts'

/** Examples of the operations of shipping. */
export const shippingExamples: Examples<typeof http> = {
  askRates: { body: { country: 'AT', weightGrams: 100 } },
  createShipment: {
    body: {
      customerId: '01920000-0000-7000-8000-000000000001',
      address: { name: 'Cora Contract', line1: 'Lange Gasse 1', city: 'Wien', postalCode: '1080', country: 'AT' },
      method: 'standard',
      parcels: [
        {
          warehouseId: '01920000-0000-7000-8000-000000000301',
          lines: [{ sku: 'TEA-GREEN-100', quantity: 1 }],
        },
      ],
    },
  },
  simulateShipment: { body: { event: 'dispatched' } },
  receiveTracking: {
    params: { carrier: 'sandbox' },
    body: {
      id: '01920000-0000-7000-8000-000000000401',
      trackingNumber: 'SBX0123456789',
      event: 'dispatched',
      at: '2026-01-02T03:04:05Z',
    },
  },
}
