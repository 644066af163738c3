import type { AxiosInstanceLike } from './instance.js'
import type { InternalAxiosRequestConfig } from 'axios'

/**
 * The address that this request will go to, as axios itself puts it together: versions differ in what
 * `allowAbsoluteUrls` means, so that all but the plain cases are asked of the instance.
 *
 * @throws what axios itself refuses the address with
 */
export function fullUrl(instance: AxiosInstanceLike, config: InternalAxiosRequestConfig): string {
  const { baseURL, allowAbsoluteUrls } = config
  const url = String(config.url ?? '')
  if (!baseURL) return url
  // Without a double slash nothing can be absolute: every version joins the two with one slash, as here.
  if (url.includes('//')) return instance.getUri({ baseURL, url, allowAbsoluteUrls })
  if (!url) return baseURL
  const base = baseURL.endsWith('/') ? baseURL.replace(/\/+$/, '') : baseURL
  return url.startsWith('/') ? base + url : `${base}/${url}`
}
