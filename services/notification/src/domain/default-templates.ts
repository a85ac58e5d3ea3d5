import type { NotificationKind } from '@stoa/contracts/notification/resources'
import { securityWords, type Words } from './security-templates.ts'
import type { Wording } from './template.ts'

/** The first version of a template. */
export interface DefaultTemplate extends Wording {
  readonly kind: NotificationKind
  readonly locale: 'en' | 'de'
}

const words: Readonly<Record<NotificationKind, { readonly en: Words; readonly de: Words }>> = {
  'user.created': {
    en: ['Welcome to Stoa', 'Hello {{name}},\n\nYour account is ready.'],
    de: ['Willkommen bei Stoa', 'Hallo {{name}},\n\nIhr Konto ist bereit.'],
  },
  ...securityWords,
  'order.confirmed': {
    en: [
      'Order {{orderNumber}} is confirmed',
      'Hello {{name}},\n\nThank you. Your order {{orderNumber}} for {{total}} is confirmed.',
    ],
    de: [
      'Bestellung {{orderNumber}} ist bestätigt',
      'Hallo {{name}},\n\nvielen Dank. Ihre Bestellung {{orderNumber}} über {{total}} ist bestätigt.',
    ],
  },
  'order.rejected': {
    en: [
      'Order {{orderNumber}} could not be fulfilled',
      'Hello {{name}},\n\nYour order {{orderNumber}} could not be fulfilled: {{reason}}. Nothing is charged.',
    ],
    de: [
      'Bestellung {{orderNumber}} war nicht möglich',
      'Hallo {{name}},\n\nIhre Bestellung {{orderNumber}} war nicht möglich: {{reason}}. Es wird nichts berechnet.',
    ],
  },
  'order.shipped': {
    en: [
      'Order {{orderNumber}} is on its way',
      'Hello {{name}},\n\nYour order {{orderNumber}} has left our warehouse.',
    ],
    de: [
      'Bestellung {{orderNumber}} ist unterwegs',
      'Hallo {{name}},\n\nIhre Bestellung {{orderNumber}} hat unser Lager verlassen.',
    ],
  },
  'order.delivered': {
    en: ['Order {{orderNumber}} has arrived', 'Hello {{name}},\n\nYour order {{orderNumber}} has arrived.'],
    de: [
      'Bestellung {{orderNumber}} ist angekommen',
      'Hallo {{name}},\n\nIhre Bestellung {{orderNumber}} ist angekommen.',
    ],
  },
  'order.cancelled': {
    en: [
      'Order {{orderNumber}} is cancelled',
      'Hello {{name}},\n\nYour order {{orderNumber}} is cancelled. Any payment is refunded.',
    ],
    de: [
      'Bestellung {{orderNumber}} ist storniert',
      'Hallo {{name}},\n\nIhre Bestellung {{orderNumber}} ist storniert. Gezahltes wird erstattet.',
    ],
  },
  'order.returned': {
    en: [
      'Your return of order {{orderNumber}} has arrived',
      'Hello {{name}},\n\nYour return of order {{orderNumber}} has arrived.',
    ],
    de: [
      'Ihre Rücksendung zu {{orderNumber}} ist da',
      'Hallo {{name}},\n\nIhre Rücksendung zu Bestellung {{orderNumber}} ist angekommen.',
    ],
  },
  'refund.processed': {
    en: ['Your refund of {{amount}}', 'Hello {{name}},\n\nWe have refunded {{amount}} to your payment method.'],
    de: [
      '{{amount}} werden Ihnen erstattet',
      'Hallo {{name}},\n\nwir haben {{amount}} auf Ihr Zahlungsmittel erstattet.',
    ],
  },
  'refund.failed': {
    en: [
      'A refund of {{amount}} has failed',
      'The refund of {{amount}} of payment {{paymentId}} has failed at the provider after it was accepted, and is booked back. Give the money back in another way, or try again.',
    ],
    de: [
      'Eine Erstattung von {{amount}} ist gescheitert',
      'Die Erstattung von {{amount}} zur Zahlung {{paymentId}} ist beim Zahlungsdienst nachträglich gescheitert und zurückgebucht. Bitte erstatten Sie den Betrag auf anderem Weg oder noch einmal.',
    ],
  },
  'dispute.opened': {
    en: [
      'Payment {{paymentId}} is disputed',
      '{{what}} {{amount}} of payment {{paymentId}} (reason: {{reason}}). {{due}} The disputed amount cannot be refunded.\n\nDispute: {{disputeId}}',
    ],
    de: [
      'Zahlung {{paymentId}} wird angefochten',
      '{{what}} {{amount}} der Zahlung {{paymentId}} (Grund: {{reason}}). {{due}} Der angefochtene Betrag kann nicht erstattet werden.\n\nVorgang: {{disputeId}}',
    ],
  },
  'dispute.closed': {
    en: [
      'A dispute over {{amount}} is closed: {{outcome}}',
      'The dispute over {{amount}} of payment {{paymentId}} is closed: {{outcome}}.',
    ],
    de: [
      'Eine Anfechtung von {{amount}} ist beendet: {{outcome}}',
      'Die Anfechtung von {{amount}} der Zahlung {{paymentId}} ist beendet: {{outcome}}.',
    ],
  },
  'invoice.issued': {
    en: [
      'Your invoice {{invoiceNumber}} for order {{orderNumber}}',
      'Hello {{name}},\n\nYour invoice {{invoiceNumber}} for order {{orderNumber}} is ready. Sign in to download it as a PDF: {{link}}',
    ],
    de: [
      'Ihre Rechnung {{invoiceNumber}} zu Bestellung {{orderNumber}}',
      'Hallo {{name}},\n\nIhre Rechnung {{invoiceNumber}} zu Bestellung {{orderNumber}} ist fertig. Angemeldet können Sie sie als PDF herunterladen: {{link}}',
    ],
  },
  'inventory.low_stock': {
    en: ['{{sku}} is running out', '{{available}} units of {{sku}} are left; the reorder point is {{reorderPoint}}.'],
    de: ['{{sku}} geht zur Neige', 'Von {{sku}} sind noch {{available}} da; der Meldebestand ist {{reorderPoint}}.'],
  },
  'fraud.detected': {
    en: ['Payment {{paymentId}} waits for a review', 'The payment {{paymentId}} was held for review: {{rules}}.'],
    de: ['Zahlung {{paymentId}} wartet auf Prüfung', 'Die Zahlung {{paymentId}} wurde angehalten: {{rules}}.'],
  },
  'ticket.updated': {
    en: [
      'Reply to your request {{ticketNumber}}',
      'Hello {{name}},\n\nWe have replied to your request {{ticketNumber}}:\n\n{{text}}',
    ],
    de: [
      'Antwort auf Ihre Anfrage {{ticketNumber}}',
      'Hallo {{name}},\n\nwir haben auf Ihre Anfrage {{ticketNumber}} geantwortet:\n\n{{text}}',
    ],
  },
  'ticket.resolved': {
    en: [
      'Your request {{ticketNumber}} is resolved',
      'Hello {{name}},\n\nYour request {{ticketNumber}} is resolved. If it is not, reply to it, and we will continue.',
    ],
    de: [
      'Ihre Anfrage {{ticketNumber}} ist erledigt',
      'Hallo {{name}},\n\nIhre Anfrage {{ticketNumber}} ist erledigt. Falls nicht, antworten Sie darauf, und wir machen weiter.',
    ],
  },
  'ticket.sla_breached': {
    en: [
      'Ticket {{ticketNumber}} is overdue',
      'The ticket {{ticketNumber}} (priority {{priority}}) has missed its {{goal}}, which was due at {{dueAt}}.',
    ],
    de: [
      'Ticket {{ticketNumber}} ist überfällig',
      'Das Ticket {{ticketNumber}} (Priorität {{priority}}) hat sein Ziel verfehlt: {{goal}}, fällig um {{dueAt}}.',
    ],
  },
  'report.ready': {
    en: [
      'Your report is ready: {{title}}',
      'Hello {{name}},\n\nThe report "{{title}}"{{period}} is ready. Sign in to download it: {{link}}',
    ],
    de: [
      'Ihr Bericht ist fertig: {{title}}',
      'Hallo {{name}},\n\nder Bericht „{{title}}“{{period}} ist fertig. Melden Sie sich an, um ihn herunterzuladen: {{link}}',
    ],
  },
  'report.failed': {
    en: [
      'A scheduled report failed: {{title}}',
      'Hello {{name}},\n\nThe report "{{title}}"{{period}} could not be generated: {{reason}}. Sign in to repeat it: {{link}}',
    ],
    de: [
      'Ein geplanter Bericht ist gescheitert: {{title}}',
      'Hallo {{name}},\n\nder Bericht „{{title}}“{{period}} konnte nicht erstellt werden: {{reason}}. Melden Sie sich an, um ihn zu wiederholen: {{link}}',
    ],
  },
  'alert.fired': {
    en: [
      'Alert ({{severity}}): {{summary}}',
      '{{alert}} has fired: {{summary}}.\n\nIts condition has held since {{activeAt}}.\nRunbook: {{runbook}}\nTo take care of it: stoa alerts ack {{alertId}}',
    ],
    de: [
      'Alarm ({{severity}}): {{summary}}',
      '{{alert}} wurde ausgelöst: {{summary}}.\n\nDie Bedingung gilt seit {{activeAt}}.\nAnleitung: {{runbook}}\nZum Übernehmen: stoa alerts ack {{alertId}}',
    ],
  },
  'alert.resolved': {
    en: [
      'Resolved: {{summary}}',
      '{{alert}}, which fired at {{firedAt}}, was resolved at {{resolvedAt}}: {{summary}}.',
    ],
    de: ['Behoben: {{summary}}', '{{alert}}, ausgelöst um {{firedAt}}, ist seit {{resolvedAt}} behoben: {{summary}}.'],
  },
  'webhook_endpoint.paused': {
    en: [
      'Webhooks to {{host}} are paused',
      'The webhook endpoint {{endpointId}} ({{host}}) was paused: {{reason}}. It has failed since {{failingSince}}. Its events wait for at most {{days}} days; set its status to active to send them in order.',
    ],
    de: [
      'Webhooks an {{host}} sind angehalten',
      'Der Webhook-Endpunkt {{endpointId}} ({{host}}) wurde angehalten: {{reason}}. Er schlägt seit {{failingSince}} fehl. Seine Ereignisse warten höchstens {{days}} Tage; setzen Sie seinen Status auf active, um sie der Reihe nach zu senden.',
    ],
  },
  'reconciliation.failed': {
    en: [
      'Reconciliation found new differences',
      'The reconciliation found new differences: {{kinds}}. See "stoa reconcile".',
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

/** The templates of a new database. */
export const defaultTemplates: readonly DefaultTemplate[] = Object.entries(words).flatMap(([kind, { en, de }]) =>
  (
    [
      ['en', en],
      ['de', de],
    ] as const
  ).map(([locale, [subject, body]]) => ({ kind: kind as NotificationKind, locale, subject, body })),
)
