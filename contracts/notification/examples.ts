import type { Examples } from '@stoa/contract'
import type * as http from './http.ts'

/** Examples of the operations of notification. */
export const notificationExamples: Examples<typeof http> = {
  getTemplate: { params: { id: 'order.shipped.de' } },
  replaceTemplate: { params: { id: 'order.shipped.de' }, body: { subject: '{{subject}}', body: '{{text}}' } },
  previewTemplate: {
    params: { id: 'order.shipped.de' },
    body: {
      variables: { subject: 'Guten Tag', text: 'dir', name: 'Cora', unlockToken: 'x', linkToken: 'x', scopes: 'x' },
    },
  },
  replacePreferences: {
    body: {
      channels: { email: true, in_app: true },
      mutedKinds: ['order.shipped'],
      quietHours: { fromHour: 22, untilHour: 7, utcOffsetMinutes: 60 },
    },
  },
  createWebhookEndpoint: {
    body: {
      url: 'https://merchant.example/webhooks/stoa',
      types: ['order.confirmed', 'order.shipped'],
      description: 'the warehouse of the merchant',
    },
  },
  patchWebhookEndpoint: { body: { types: ['order.confirmed'], status: 'active' } },
  sendNotification: {
    body: {
      userId: '01920000-0000-7000-8000-000000000001',
      kind: 'message',
      variables: { subject: 'Good day', text: 'to you' },
    },
    unique: (suffix) => ({ variables: { subject: 'Good day', text: suffix } }),
  },
}
