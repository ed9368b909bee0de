// Entry of the Learn page's component.

import { isStale, mounted } from "../parts/order.js"
import { Course } from "./course.js"

/** @param {{data: import("../types").LearnData, parentElement: HTMLElement, setStateValue: (name: string, value: any) => void}} here */
export default function ({ data, parentElement, setStateValue }) {
  const course = mounted(parentElement, (root) => new Course(root))
  if (isStale(course, data)) return () => {}
  course.tell = (place) => setStateValue("place", place)
  course.receive(data)
  return () => course.pause()
}
