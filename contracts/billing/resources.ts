import { CountrySchema, InstantSchema, MoneySchema } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { InvoiceId, OrderId, RefundId, UserId } from '../shared/ids.ts'
import { Sku } from '../shared/sku.ts'

/** An invoice states a sale, a credit note states what of it was refunded, a debit note cancels the credit note of a refund that failed. */
export const DocumentKind = Type.Enum(['invoice', 'credit_note', 'debit_note'])
export type DocumentKind = Static<typeof DocumentKind>

/** The languages in which a document can be printed. */
export const Language = Type.Enum(['en', 'de'])
export type Language = Static<typeof Language>

/** The name and address of the seller or the buyer, as printed on the document. */
export const Party = Type.Object({
  name: Type.String(),
  line1: Type.String(),
  line2: Type.Optional(Type.String()),
  city: Type.String(),
  state: Type.Optional(Type.String()),
  postalCode: Type.Optional(Type.String()),
  country: CountrySchema,
  vatId: Type.Optional(Type.String({ description: 'VAT identification number' })),
})
export type Party = Static<typeof Party>

const BasisPoints = Type.Integer({ minimum: 0, description: '1900 is 19 %' })

/** A line of a document; total = net + tax. Goods and `refund` lines have the rate of their tax; shipping has one line per rate. */
export const DocumentLine = Type.Object({
  kind: Type.Enum(['goods', 'shipping', 'refund']),
  sku: Type.Optional(Sku),
  name: Type.Optional(Type.String()),
  quantity: Type.Integer(),
  discount: Type.Optional(
    Type.Unsafe<Static<typeof MoneySchema>>({ ...MoneySchema, description: 'already subtracted, including its tax' }),
  ),
  taxRateBasisPoints: BasisPoints,
  net: MoneySchema,
  tax: MoneySchema,
  total: MoneySchema,
})
export type DocumentLine = Static<typeof DocumentLine>

/** The sums of all lines with one tax rate. */
export const TaxLine = Type.Object({ taxRateBasisPoints: BasisPoints, net: MoneySchema, tax: MoneySchema })
export type TaxLine = Static<typeof TaxLine>

/** An issued document, which never changes. Amounts of a credit note are positive: the buyer gets them back; those of a debit note are what the buyer did not get after all. */
export const Invoice = Type.Object({
  id: InvoiceId,
  kind: DocumentKind,
  number: Type.String({ description: 'without gaps for each legal entity, kind and year' }),
  legalEntity: Type.String({ description: 'code of the seller' }),
  issuedAt: InstantSchema,
  language: Language,
  customerId: UserId,
  orderId: OrderId,
  orderNumber: Type.String(),
  seller: Party,
  buyer: Party,
  lines: Type.Array(DocumentLine),
  taxes: Type.Array(TaxLine),
  net: MoneySchema,
  tax: MoneySchema,
  total: MoneySchema,
  refundId: Type.Optional(RefundId),
  invoiceId: Type.Optional(
    Type.Unsafe<Static<typeof InvoiceId>>({
      ...InvoiceId,
      description: 'of a credit or debit note: the invoice that is credited',
    }),
  ),
  invoiceNumber: Type.Optional(Type.String({ description: 'of a credit or debit note: the number of that invoice' })),
  creditNoteId: Type.Optional(
    Type.Unsafe<Static<typeof InvoiceId>>({
      ...InvoiceId,
      description: 'of a debit note: the credit note that it cancels',
    }),
  ),
  creditNoteNumber: Type.Optional(Type.String({ description: 'of a debit note: the number of that credit note' })),
})
export type Invoice = Static<typeof Invoice>
