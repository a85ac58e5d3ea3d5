import type { NotificationKind } from '@stoa/contracts/notification/resources'
import type { Wording } from './template.ts'

/** The first version of a template. */
export interface DefaultTemplate extends Wording {
  readonly kind: NotificationKind
  readonly locale: 'en' | 'de'
}

type Words = readonly [subject: string, body: string]

const words: Readonly<Record<NotificationKind, { readonly en: Words; readonly de: Words }>> = {
  'user.created': {
    en: ['Welcome to Stoa', 'Hello {{name}},\n\nyour account is ready.'],
    de: ['Willkommen bei Stoa', 'Hallo {{name}},\n\nIhr Konto ist bereit.'],
  },
  'user.locked': {
    en: [
      'Your account is locked',
      'Hello {{name}},\n\nafter too many wrong passwords your account is locked. To unlock it use: {{unlockToken}}',
    ],
    de: [
      'Ihr Konto ist gesperrt',
      'Hallo {{name}},\n\nnach zu vielen falschen Passwörtern ist Ihr Konto gesperrt. Zum Entsperren: {{unlockToken}}',
    ],
  },
  'order.confirmed': {
    en: [
      'Order {{orderNumber}} is confirmed',
      'Hello {{name}},\n\nthank you. Your order {{orderNumber}} over {{total}} is confirmed.',
    ],
    de: [
      'Bestellung {{orderNumber}} ist bestätigt',
      'Hallo {{name}},\n\nvielen Dank. Ihre Bestellung {{orderNumber}} über {{total}} ist bestätigt.',
    ],
  },
  'order.rejected': {
    en: [
      'Order {{orderNumber}} could not be fulfilled',
      'Hello {{name}},\n\nyour order {{orderNumber}} could not be fulfilled: {{reason}}. Nothing is charged.',
    ],
    de: [
      'Bestellung {{orderNumber}} war nicht möglich',
      'Hallo {{name}},\n\nIhre Bestellung {{orderNumber}} war nicht möglich: {{reason}}. Es wird nichts berechnet.',
    ],
  },
  'order.shipped': {
    en: [
      'Order {{orderNumber}} is on its way',
      'Hello {{name}},\n\nyour order {{orderNumber}} has left our warehouse.',
    ],
    de: [
      'Bestellung {{orderNumber}} ist unterwegs',
      'Hallo {{name}},\n\nIhre Bestellung {{orderNumber}} hat unser Lager verlassen.',
    ],
  },
  'order.delivered': {
    en: ['Order {{orderNumber}} has arrived', 'Hello {{name}},\n\nyour order {{orderNumber}} has arrived.'],
    de: [
      'Bestellung {{orderNumber}} ist angekommen',
      'Hallo {{name}},\n\nIhre Bestellung {{orderNumber}} ist angekommen.',
    ],
  },
  'order.cancelled': {
    en: [
      'Order {{orderNumber}} is cancelled',
      'Hello {{name}},\n\nyour order {{orderNumber}} is cancelled. What was paid is given back.',
    ],
    de: [
      'Bestellung {{orderNumber}} ist storniert',
      'Hallo {{name}},\n\nIhre Bestellung {{orderNumber}} ist storniert. Gezahltes wird erstattet.',
    ],
  },
  'order.returned': {
    en: [
      'We have your return of order {{orderNumber}}',
      'Hello {{name}},\n\nwhat you sent back of order {{orderNumber}} has arrived.',
    ],
    de: [
      'Ihre Rücksendung zu {{orderNumber}} ist da',
      'Hallo {{name}},\n\nIhre Rücksendung zu Bestellung {{orderNumber}} ist angekommen.',
    ],
  },
  'refund.processed': {
    en: [
      '{{amount}} are on their way back to you',
      'Hello {{name}},\n\nwe have given {{amount}} back to your payment method.',
    ],
    de: [
      '{{amount}} werden Ihnen erstattet',
      'Hallo {{name}},\n\nwir haben {{amount}} auf Ihr Zahlungsmittel erstattet.',
    ],
  },
  'inventory.low_stock': {
    en: ['{{sku}} is running out', '{{available}} of {{sku}} are left; its reorder point is {{reorderPoint}}.'],
    de: ['{{sku}} geht zur Neige', 'Von {{sku}} sind noch {{available}} da; der Meldebestand ist {{reorderPoint}}.'],
  },
  'fraud.detected': {
    en: ['Payment {{paymentId}} waits for a review', 'The payment {{paymentId}} was held back: {{rules}}.'],
    de: ['Zahlung {{paymentId}} wartet auf Prüfung', 'Die Zahlung {{paymentId}} wurde angehalten: {{rules}}.'],
  },
  'reconciliation.failed': {
    en: [
      'The books do not agree',
      'A reconciliation has found what no earlier one had: {{kinds}}. See "stoa reconcile".',
    ],
    de: [
      'Die Bücher stimmen nicht überein',
      'Ein Abgleich hat gefunden, was keiner zuvor gefunden hatte: {{kinds}}. Siehe „stoa reconcile“.',
    ],
  },
  message: {
    en: ['{{subject}}', '{{text}}'],
    de: ['{{subject}}', '{{text}}'],
  },
}

/** The templates a new database begins with. */
export const defaultTemplates: readonly DefaultTemplate[] = Object.entries(words).flatMap(([kind, { en, de }]) =>
  (
    [
      ['en', en],
      ['de', de],
    ] as const
  ).map(([locale, [subject, body]]) => ({ kind: kind as NotificationKind, locale, subject, body })),
)
