import { type RefObject, useCallback, useLayoutEffect, useState } from "react";

export const ROW_HEIGHT = 40;
/** Rows drawn above and below what is seen, so that a turn of the wheel meets no gap. */
const BEYOND = 8;

export interface VirtualRows {
  readonly first: number;
  /** Exclusive. */
  readonly end: number;
  /** Brings a row into sight. */
  readonly reveal: (index: number) => void;
}

/** Which of `total` rows are in sight of the scrolled element, below a header of one row. */
export function useVirtualRows(scroller: RefObject<HTMLElement>, total: number): VirtualRows {
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(0);
  // Before the first picture, which would show an empty list otherwise.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) {
      return;
    }
    const measure = () => {
      setTop(element.scrollTop);
      setHeight(element.clientHeight);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, [scroller]);
  const reveal = useCallback(
    (index: number) => {
      const element = scroller.current;
      if (element === null) {
        return;
      }
      const above = index * ROW_HEIGHT;
      const below = above + 2 * ROW_HEIGHT - element.clientHeight;
      if (element.scrollTop > above) {
        element.scrollTop = above;
      } else if (element.scrollTop < below) {
        element.scrollTop = below;
      }
    },
    [scroller],
  );
  const first = Math.max(0, Math.floor(top / ROW_HEIGHT) - BEYOND);
  const end = Math.min(total, Math.ceil((top + height) / ROW_HEIGHT) + BEYOND);
  return { first: Math.min(first, total), end, reveal };
}
