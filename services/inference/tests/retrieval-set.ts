/** An article of the set on which retrieval is measured. */
export interface MeasuredArticle {
  readonly key: string
  readonly title: string
  readonly body: string
}

/** Articles of a shop, several of them about neighbouring subjects. */
export const measuredArticles: readonly MeasuredArticle[] = [
  {
    key: 'return-goods',
    title: 'How to return goods',
    body: 'You can return goods within 14 days of delivery. Open the order, choose what to return, and print the label. We inspect what arrives and confirm the return by e-mail.',
  },
  {
    key: 'refund-time',
    title: 'When a refund arrives',
    body: 'We refund the original means of payment within five working days after the return was confirmed. Banks may need three more days until the amount is on your account.',
  },
  {
    key: 'exchange-item',
    title: 'Exchange an item for another size',
    body: 'An exchange is a return with a new order. Send the item back and choose the other size; we do not charge postage twice.',
  },
  {
    key: 'delivery-time',
    title: 'How long delivery takes',
    body: 'Parcels within the country take two to three working days, to other countries of Europe up to a week. Orders placed before noon leave the warehouse the same day.',
  },
  {
    key: 'track-parcel',
    title: 'Track a parcel',
    body: 'As soon as the carrier has the parcel you receive an e-mail with a tracking number. The status is also shown in the details of the order.',
  },
  {
    key: 'lost-parcel',
    title: 'A parcel is late or lost',
    body: 'If nothing has arrived a week after the announced day, write to us. We start an inquiry with the carrier and send a replacement when the shipment cannot be found.',
  },
  {
    key: 'damaged-goods',
    title: 'Goods arrived damaged',
    body: 'Please take photographs of the packaging and of the broken item, and send them to us within seven days. We replace it or pay the money back, as you prefer.',
  },
  {
    key: 'missing-item',
    title: 'An item is missing from the parcel',
    body: 'Large orders are sometimes sent in several parcels. Compare the packing slip with the order; if something was forgotten, we send it at no cost.',
  },
  {
    key: 'change-address',
    title: 'Change the delivery address of an order',
    body: 'The address can be changed until the order is handed to the carrier. Open the order and edit the address. Afterwards only the carrier can redirect the shipment.',
  },
  {
    key: 'cancel-order',
    title: 'Cancel an order',
    body: 'An order can be cancelled as long as it has not been shipped. Nothing is charged for a cancelled order; an authorised amount is released.',
  },
  {
    key: 'payment-methods',
    title: 'Means of payment',
    body: 'We accept credit and debit cards, bank transfer, PayPal and purchase on account for companies. Cash on delivery is not offered.',
  },
  {
    key: 'card-declined',
    title: 'Why a card is declined',
    body: 'The bank of the card decides whether a payment is approved. Check the expiry date and the limit, confirm the payment in the app of the bank, or use another card.',
  },
  {
    key: 'invoice',
    title: 'Download an invoice',
    body: 'The invoice is a PDF in the details of the order, available when the goods have been sent. Companies can add their VAT number before they order.',
  },
  {
    key: 'discount-code',
    title: 'Redeem a discount code',
    body: 'Enter the code in the cart before checkout. A code can be used once, cannot be combined with other promotions, and has an end date.',
  },
  {
    key: 'gift-card',
    title: 'Buy and use gift cards',
    body: 'Gift cards are sent by e-mail and can be spent in parts. What is left stays on the card for three years.',
  },
  {
    key: 'reset-password',
    title: 'Reset a forgotten password',
    body: 'Choose "Forgot password" on the page for signing in. We send a link that is valid for an hour; look in the spam folder if it does not arrive.',
  },
  {
    key: 'two-factor',
    title: 'Sign in with a second factor',
    body: 'Turn on the second factor in the settings of the account and scan the code with an authenticator app. Keep the recovery codes in case the phone is lost.',
  },
  {
    key: 'delete-account',
    title: 'Delete an account and personal data',
    body: 'You can erase your account in its settings. Personal data is removed within a day; invoices are kept as long as the law demands.',
  },
  {
    key: 'change-email',
    title: 'Change the e-mail address of an account',
    body: 'Enter the new address in the settings of the account and confirm it with the link that we send. Until then the former address is used for signing in.',
  },
  {
    key: 'newsletter',
    title: 'Unsubscribe from the newsletter',
    body: 'Every newsletter has a link at its end with which you unsubscribe. Messages about orders are still sent.',
  },
  {
    key: 'store-tea',
    title: 'How to store tea',
    body: 'Keep tea dry, dark and away from spices, in a closed tin. Stored like this, green tea stays fresh for a year and black tea for three.',
  },
  {
    key: 'brew-green-tea',
    title: 'How to brew green tea',
    body: 'Use water of 70 to 80 degrees and let the leaves steep for two minutes. Boiling water makes the cup bitter.',
  },
  {
    key: 'caffeine',
    title: 'Caffeine in tea and coffee',
    body: 'A cup of filter coffee contains about 90 mg of caffeine, black tea 40 mg, and herbal infusions none.',
  },
  {
    key: 'allergens',
    title: 'Allergens and ingredients',
    body: 'Every product page lists ingredients and allergens such as nuts, milk and gluten. Our chocolate is packed where almonds are handled, so traces are possible.',
  },
  {
    key: 'warranty',
    title: 'Guarantee of kettles and grinders',
    body: 'Electric devices have a guarantee of two years. Send us the receipt and a description of the fault; we repair the device or replace it.',
  },
  {
    key: 'descale',
    title: 'Descale a kettle',
    body: 'Fill the kettle with water and two spoons of citric acid, bring it to the boil, wait for half an hour and rinse. Hard water leaves limescale within weeks.',
  },
  {
    key: 'loyalty',
    title: 'Collect loyalty points',
    body: 'Each euro spent earns one point. A hundred points are worth five euros on the next order, and they expire after two years.',
  },
  {
    key: 'wholesale',
    title: 'Prices for resellers and restaurants',
    body: 'Companies that buy more than 20 kilograms a month get wholesale prices. Apply with a trade licence; we answer within two days.',
  },
  {
    key: 'opening-hours',
    title: 'When support can be reached',
    body: 'Our staff answer from Monday to Friday between nine and five. At weekends and on holidays tickets are collected and answered on the next working day.',
  },
  {
    key: 'customs',
    title: 'Customs duties outside the European Union',
    body: 'For deliveries to Switzerland, Norway and the United Kingdom the recipient pays import duties and taxes, which the carrier collects at the door.',
  },
]

/** Questions in the words of customers, each with the article that answers it. Written before the vectors, and not used to make them. */
export const measuredQuestions: readonly (readonly [question: string, key: string])[] = [
  ["I don't like the teapot, how do I send it back?", 'return-goods'],
  ['When will I get my money back?', 'refund-time'],
  ['The shirt is too small, can I swap it for a larger one?', 'exchange-item'],
  ['How many days until my package gets here?', 'delivery-time'],
  ['Where is my package right now?', 'track-parcel'],
  ['My shipment never showed up', 'lost-parcel'],
  ['The cup was broken when I opened the box', 'damaged-goods'],
  ['You forgot one of the things I ordered', 'missing-item'],
  ['I moved house, can you ship to my new home instead?', 'change-address'],
  ['I bought something by mistake and no longer want it', 'cancel-order'],
  ['Can I pay with Visa or PayPal?', 'payment-methods'],
  ['My credit card was rejected', 'card-declined'],
  ['I need a bill for my tax return', 'invoice'],
  ['Where do I type in my voucher code?', 'discount-code'],
  ['Can I buy a present voucher for a friend?', 'gift-card'],
  ["I can't log in because I forgot my password", 'reset-password'],
  ['How do I set up an authenticator app?', 'two-factor'],
  ['Please remove all my private information', 'delete-account'],
  ['I have a new email, how do I update it?', 'change-email'],
  ['Stop sending me advertising mails', 'newsletter'],
  ['What is the best way to keep tea leaves fresh?', 'store-tea'],
  ['How hot should the water be for sencha?', 'brew-green-tea'],
  ['Which drinks keep me awake the most?', 'caffeine'],
  ['Is there peanut or dairy in your sweets?', 'allergens'],
  ['My coffee grinder stopped working after six months', 'warranty'],
  ['There are white chalk deposits in my water boiler', 'descale'],
  ['Do I get bonus points for shopping here?', 'loyalty'],
  ['I own a café and would like bulk pricing', 'wholesale'],
  ['Is anybody there to help me on Sunday?', 'opening-hours'],
  ['Do I have to pay import tax in Switzerland?', 'customs'],
]

/** Questions that no article answers. */
export const unanswerableQuestions: readonly string[] = [
  'What is the capital of Mongolia?',
  'Who won the football championship in 1998?',
  'How do I repair the engine of my motorcycle?',
  'Write a poem about the sea',
  'Which party should I vote for in the election?',
]
