import { dropBlobs, type Blobs } from '@stoa/blobs'
import type { BlobRef, Handler } from '@stoa/contract'
import type { InventoryService } from '@stoa/contracts/inventory/service'
import type { Deps } from '../deps.ts'
import { headBytes, imageSizeOf, mostPixels, type ImageSize } from '../domain/image-size.ts'
import { countImages, deleteImage, findImageBlob, imageOf, insertImage } from '../store/product-images.ts'
import { lockProduct } from '../store/products.ts'
import { projectProducts } from './project-products.ts'

const mostImages = 20

export const addProductImage =
  ({ blobs }: Deps): Handler<InventoryService, 'addProductImage'> =>
  async ({ params: { id }, blob, commit, refuse }) => {
    const size = await sizeOf(blobs, blob)
    if (size === undefined || size.widthPixels * size.heightPixels > mostPixels) {
      return refuse('product.image_unreadable', `The size of the image is missing, or over ${mostPixels} pixels.`)
    }
    return commit(async (tx) => {
      if ((await lockProduct(tx, id)) === undefined)
        return refuse('product.not_found', `The product ${id} does not exist.`)
      if ((await countImages(tx, id)) >= mostImages) {
        return refuse('product.too_many_images', `The product has ${mostImages} images.`)
      }
      await insertImage(tx, id, blob, size)
      await projectProducts(tx, [id])
      return { status: 201, body: imageOf(id, blob, size) }
    })
  }

async function sizeOf(blobs: Blobs, blob: BlobRef): Promise<ImageSize | undefined> {
  const end = Math.min(blob.sizeBytes, headBytes) - 1
  const chunks: Buffer[] = []
  for await (const chunk of await blobs.open('images', blob.id, { start: 0, end })) chunks.push(chunk as Buffer)
  return imageSizeOf(blob.mediaType, Buffer.concat(chunks))
}

export const readProductImage: Handler<InventoryService, 'readProductImage'> = async ({ params, db, refuse }) => {
  const blob = await findImageBlob(db, params.id, params.imageId)
  if (blob === undefined) return refuse('product.image_not_found', `The product has no image ${params.imageId}.`)
  return { status: 200, body: { blob } }
}

export const deleteProductImage: Handler<InventoryService, 'deleteProductImage'> = async ({
  params: { id, imageId },
  commit,
  refuse,
}) =>
  commit(async (tx) => {
    if ((await lockProduct(tx, id)) === undefined)
      return refuse('product.not_found', `The product ${id} does not exist.`)
    if (!(await deleteImage(tx, id, imageId))) {
      return refuse('product.image_not_found', `The product has no image ${imageId}.`)
    }
    await dropBlobs(tx, [imageId])
    await projectProducts(tx, [id])
    return { status: 204 }
  })
