import { ada, staff } from './accounts.ts'

/** Tickets of ada, with their messages in turn: hers first, then one of staff. */
export const tickets = [
  {
    id: '01920000-0000-7000-8000-000000000a01',
    customerId: ada.id,
    staffId: staff.id,
    topic: 'product',
    priority: 'normal',
    subject: 'How long does green tea keep?',
    messages: [
      { id: '01920000-0000-7000-8000-000000000a11', text: 'The tin has no date. How long does the tea keep?' },
      { id: '01920000-0000-7000-8000-000000000a12', text: 'Closed and dark it keeps for a year.' },
    ],
  },
  {
    id: '01920000-0000-7000-8000-000000000a02',
    customerId: ada.id,
    staffId: staff.id,
    topic: 'delivery',
    priority: 'high',
    subject: 'Can a neighbour take the parcel?',
    messages: [{ id: '01920000-0000-7000-8000-000000000a21', text: 'I am away on Friday. Can a neighbour take it?' }],
  },
] as const

/** Canned replies. */
export const macros = [
  {
    id: '01920000-0000-7000-8000-000000000b01',
    name: 'Looking into it',
    locale: 'en',
    text: 'Thank you for your message about {{subject}}. We are looking into it.',
  },
  {
    id: '01920000-0000-7000-8000-000000000b02',
    name: 'Wird geprüft',
    locale: 'de',
    text: 'Vielen Dank für Ihre Nachricht zu {{subject}}. Wir sehen es uns an.',
  },
] as const

/** Published articles of the knowledge base. */
export const articles = [
  {
    id: '01920000-0000-7000-8000-000000000c01',
    key: 'return-goods',
    locale: 'en',
    topic: 'return',
    title: 'How to return goods',
    body: 'You can return goods within 14 days of delivery. Open the order, choose what to return, and wait for our confirmation.',
  },
  {
    id: '01920000-0000-7000-8000-000000000c02',
    key: 'return-goods',
    locale: 'de',
    topic: 'return',
    title: 'Waren zurücksenden',
    body: 'Sie können Waren innerhalb von 14 Tagen nach der Lieferung zurücksenden. Öffnen Sie die Bestellung und wählen Sie aus, was Sie zurücksenden.',
  },
] as const
