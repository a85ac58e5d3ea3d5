import type { BlobRef, ReadHandle, WriteHandle } from '@stoa/contract'
import type { ProductImage } from '@stoa/contracts/inventory/resources'
import type { ImageSize } from '../domain/image-size.ts'

interface ImageRow {
  readonly id: string
  readonly product_id: string
  readonly media_type: ProductImage['mediaType']
  readonly width_pixels: number
  readonly height_pixels: number
  readonly size_bytes: number
  readonly sha256: string
}

/** Adds an image to a product whose row is locked. */
export async function insertImage(tx: WriteHandle, productId: string, blob: BlobRef, size: ImageSize): Promise<void> {
  await tx.sql`
    insert into product_images (id, product_id, media_type, width_pixels, height_pixels, size_bytes, sha256)
    values (${blob.id}, ${productId}, ${blob.mediaType}, ${size.widthPixels}, ${size.heightPixels}, ${blob.sizeBytes},
            ${blob.sha256})`
}

/** Removes an image of a product; returns whether there was one. */
export async function deleteImage(tx: WriteHandle, productId: string, id: string): Promise<boolean> {
  const rows =
    await tx.sql`delete from product_images where product_id = ${productId} and id = ${id} returning 1 as one`
  return rows.length > 0
}

/** Removes all images of a product; returns their ids. */
export async function deleteImagesOf(tx: WriteHandle, productId: string): Promise<string[]> {
  const rows = await tx.sql<{ id: string }>`delete from product_images where product_id = ${productId} returning id`
  return rows.map(({ id }) => id)
}

/** The number of images of a product. */
export async function countImages(db: ReadHandle, productId: string): Promise<number> {
  const [row] = await db.sql<{
    count: number
  }>`select count(*) as count from product_images where product_id = ${productId}`
  return row?.count ?? 0
}

/** The content of an image. */
export async function findImageBlob(db: ReadHandle, productId: string, id: string): Promise<BlobRef | undefined> {
  const [row] = await db.sql<ImageRow>`select * from product_images where product_id = ${productId} and id = ${id}`
  return row && { id: row.id, mediaType: row.media_type, sizeBytes: row.size_bytes, sha256: row.sha256 }
}

/** The images of these products in the order in which they were added. */
export async function readImages(db: ReadHandle, productIds: readonly string[]): Promise<Map<string, ProductImage[]>> {
  const rows = await db.sql<ImageRow>`
    select * from product_images where product_id = any(${productIds}::uuid[]) order by product_id, id`
  const byProduct = Map.groupBy(rows, (row) => row.product_id)
  return new Map([...byProduct].map(([id, images]) => [id, images.map(fromRow)]))
}

function fromRow(row: ImageRow): ProductImage {
  return imageOf(
    row.product_id,
    { ...row, mediaType: row.media_type, sizeBytes: row.size_bytes },
    {
      widthPixels: row.width_pixels,
      heightPixels: row.height_pixels,
    },
  )
}

/** An image as it is returned. */
export function imageOf(
  productId: string,
  { id, mediaType, sizeBytes }: Pick<BlobRef, 'id' | 'mediaType' | 'sizeBytes'>,
  size: ImageSize,
): ProductImage {
  const path = `/api/v1/products/${productId}/images/${id}`
  return { id, path, mediaType: mediaType as ProductImage['mediaType'], ...size, sizeBytes }
}
