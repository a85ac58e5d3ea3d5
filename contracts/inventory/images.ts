import { download, remove, upload } from '@stoa/contract'
import { Type } from 'typebox'
import { ProductId } from '../shared/ids.ts'
import { ProductImage } from './resources.ts'

const ImageId = Type.String({ format: 'uuid' })

/** The largest image. */
export const MAX_IMAGE_BYTES = 10 * 1_048_576

const imageTypes = ['image/jpeg', 'image/png', 'image/webp'] as const

/** POST /api/v1/products/{id}/images */
export const addProductImage = upload('/api/v1/products/{id}/images', {
  params: { id: ProductId },
  summary: 'Add an image to a product: JPEG, PNG or WebP, at most 10 MiB and 50 million pixels',
  permission: 'product:manage',
  audited: true,
  owner: 'none',
  upload: { shelf: 'images', mediaTypes: imageTypes, largestBytes: MAX_IMAGE_BYTES },
  answers: { 201: ProductImage },
  refuses: ['product.not_found', 'product.image_unreadable', 'product.too_many_images'],
})

/** GET /api/v1/products/{id}/images/{imageId} */
export const readProductImage = download('/api/v1/products/{id}/images/{imageId}', {
  params: { id: ProductId, imageId: ImageId },
  summary: 'Read an image of a product',
  permission: 'public',
  owner: 'none',
  download: { shelf: 'images', mediaTypes: imageTypes },
  cacheControl: 'public, max-age=31536000, immutable',
  refuses: ['product.image_not_found'],
})

/** DELETE /api/v1/products/{id}/images/{imageId} */
export const deleteProductImage = remove('/api/v1/products/{id}/images/{imageId}', {
  params: { id: ProductId, imageId: ImageId },
  summary: 'Remove an image from a product',
  permission: 'product:manage',
  audited: true,
  owner: 'none',
  answers: { 204: null },
  refuses: ['product.not_found', 'product.image_not_found'],
})
