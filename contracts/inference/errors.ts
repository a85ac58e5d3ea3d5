import { errors } from '@stoa/contract'

/** The errors that inference returns. */
export const inferenceErrors = errors({
  'inference.model_not_found': {
    kind: 'not_found',
    title: 'No such model',
    why: 'There is no model with this name.',
    fix: 'Choose a name from GET /api/v1/inference/models.',
  },
  'inference.input_invalid': {
    kind: 'invalid',
    title: 'The model does not accept the input',
    why: 'A field is missing, unknown, or does not have the type or size that the manifest of the model declares.',
    fix: 'Correct the fields that `errors` points to; GET /api/v1/inference/models describes them.',
  },
  'inference.product_not_found': {
    kind: 'not_found',
    title: 'No such product',
    why: 'There is no product with this id that is for sale, or it was created within the last seconds.',
    fix: 'Check the id.',
  },
  'inference.subject_ambiguous': {
    kind: 'invalid',
    title: 'A product and a customer are given',
    why: 'Recommendations are for a product or for a customer, not for both.',
    fix: 'Send `productId` or `customerId`.',
  },
  'inference.customer_not_found': {
    kind: 'not_found',
    title: 'No such customer',
    why: 'There is no account with this id, or it belongs to someone else.',
    fix: 'Sign in and send the id of your own account, or omit `customerId`.',
  },
})
