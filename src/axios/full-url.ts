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
  if (!url) return baseURL
  // Without a double slash nothing is absolute, nor made so: every version joins the two with one slash, as here.
  if (url.includes('//') || baseURL.endsWith('//'))
    return instance.getUri({ baseURL, url, allowAbsoluteUrls })
  const base = baseURL.endsWith('/') ? baseURL.slice(0, -1) : baseURL
  return url.startsWith('/') ? base + url : `${base}/${url}`
}
