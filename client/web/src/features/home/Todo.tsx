import { Mark } from "../../components/Mark";

interface Props {
  readonly count: number;
  readonly title: string;
  /** Until when, and how late it is, in words. */
  readonly deadline?: string;
  readonly isLate?: boolean;
  readonly href?: string;
  readonly onOpen?: () => void;
}

/** A counted thing to do; its list is a click away. */
export function Todo({ count, title, deadline, isLate = false, href, onOpen }: Props) {
  const content = (
    <>
      <strong className={count === 0 ? "todo-none" : ""}>{count}</strong>
      <span>
        {title}
        {deadline !== undefined && (
          <div>
            <Mark tone={isLate ? "bad" : "wait"}>{deadline}</Mark>
          </div>
        )}
      </span>
    </>
  );
  return (
    <li>
      {href === undefined ? (
        <button type="button" className="todo" onClick={onOpen}>
          {content}
        </button>
      ) : (
        <a className="todo" href={href}>
          {content}
        </a>
      )}
    </li>
  );
}
