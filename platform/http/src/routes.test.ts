import { expect, test } from 'vitest'
import { logFieldOf } from './routes.ts'

test.each([
  ['/api/v1/orders/{id}', 'id', 'orderId'],
  ['/api/v1/orders/{id}/cancel', 'id', 'orderId'],
  ['/api/v1/payment-methods/{id}', 'id', 'paymentMethodId'],
  ['/api/v1/categories/{id}', 'id', 'categoryId'],
  ['/api/v1/addresses/{id}', 'id', 'addressId'],
  ['/api/v1/warehouses/{id}', 'id', 'warehouseId'],
  ['/api/v1/purchases/{id}', 'id', 'purchaseId'],
  ['/api/v1/boxes/{id}', 'id', 'boxId'],
  ['/api/v1/users/{userId}/orders', 'userId', 'userId'],
])('the parameter of %s named %s is logged as %s', (path, parameter, field) => {
  expect(logFieldOf(path, parameter)).toBe(field)
})
