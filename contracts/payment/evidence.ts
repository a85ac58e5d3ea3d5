import { closed, nameText, noteText } from '@stoa/contract'
import { Type, type Static } from 'typebox'

const shortText = Type.Optional(nameText(500))
const longText = Type.Optional(noteText(20_000))

/** What speaks against a dispute, as text for the bank; providers take at most 150,000 characters together. */
export const DisputeEvidence = Type.Object(
  {
    accessActivityLog: longText,
    billingAddress: longText,
    cancellationPolicyDisclosure: longText,
    cancellationRebuttal: longText,
    customerEmailAddress: shortText,
    customerName: shortText,
    customerPurchaseIp: shortText,
    duplicateChargeExplanation: longText,
    duplicateChargeId: shortText,
    productDescription: longText,
    refundPolicyDisclosure: longText,
    refundRefusalExplanation: longText,
    serviceDate: shortText,
    shippingAddress: longText,
    shippingCarrier: shortText,
    shippingDate: shortText,
    shippingTrackingNumber: shortText,
    uncategorizedText: longText,
  },
  { ...closed, minProperties: 1 },
)
export type DisputeEvidence = Static<typeof DisputeEvidence>
