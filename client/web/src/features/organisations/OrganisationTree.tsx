import { CaretDownOutlined, CaretRightOutlined } from "@ant-design/icons";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Alert, Button, Empty, Spin } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/operations";
import type { RecordView } from "../../api/types";
import { addressOf } from "../../app/route";
import { useLanguage } from "../../i18n/useLanguage";

const PAGE_ROWS = 1000;

/** Every organisation of the replica, page by page. */
function useOrganisations() {
  const language = useLanguage();
  const pages = useInfiniteQuery({
    queryKey: ["replica", "tree", language],
    queryFn: ({ pageParam }) =>
      api.records(
        "organisation",
        { search: "", order: "code", conditions: [], offset: pageParam, limit: PAGE_ROWS },
        language,
      ),
    initialPageParam: 0,
    getNextPageParam: (last, all) =>
      all.length * PAGE_ROWS < last.total ? all.length * PAGE_ROWS : undefined,
  });
  const { hasNextPage, isFetching, fetchNextPage } = pages;
  useEffect(() => {
    if (hasNextPage && !isFetching) {
      void fetchNextPage();
    }
  }, [hasNextPage, isFetching, fetchNextPage]);
  return { ...pages, organisations: pages.data?.pages.flatMap((page) => page.records) ?? [] };
}

type Below = ReadonlyMap<string, readonly RecordView[]>;

const ROOT = "";
/** So deep the tree is open before anybody opens it. */
const OPEN_LEVELS = 2;

interface Place {
  readonly below: Below;
  readonly depth: number;
}

/** Who stands below whom; an organisation whose superior is out of sight stands at the top. */
function belowOf(organisations: readonly RecordView[]): Below {
  const known = new Set(organisations.map((each) => each.id));
  const below = new Map<string, RecordView[]>();
  for (const each of organisations) {
    const parent = each.fields["parent"]?.value ?? ROOT;
    const place = known.has(parent) ? parent : ROOT;
    below.set(place, [...(below.get(place) ?? []), each]);
  }
  return below;
}

function Label({ of }: { readonly of: RecordView }) {
  return (
    <>
      <a href={addressOf("tree", of.kind, of.id)}>{of.fields["name"]?.shown}</a>{" "}
      <small>
        {of.fields["code"]?.shown} · {of.fields["type"]?.shown}
      </small>
    </>
  );
}

function Node({ of, below, depth }: { readonly of: RecordView } & Place) {
  const { t } = useTranslation();
  const [isOpen, setIsOpen] = useState(depth < OPEN_LEVELS);
  const hasBelow = below.has(of.id);
  const name = of.fields["name"]?.shown ?? "";
  return (
    <li>
      {hasBelow ? (
        <Button
          type="text"
          size="small"
          aria-expanded={isOpen}
          aria-label={t("tree.below", { name })}
          icon={isOpen ? <CaretDownOutlined aria-hidden /> : <CaretRightOutlined aria-hidden />}
          onClick={() => {
            setIsOpen(!isOpen);
          }}
        />
      ) : (
        <span className="tree-leaf" />
      )}
      <Label of={of} />
      {hasBelow && isOpen && <Branches of={of.id} below={below} depth={depth + 1} />}
    </li>
  );
}

function Branches({ of, below, depth }: { readonly of: string } & Place) {
  return (
    <ul className="tree">
      {(below.get(of) ?? []).map((each) => (
        <Node key={each.id} of={each} below={below} depth={depth} />
      ))}
    </ul>
  );
}

/** The organisations as they stand one below the other. */
export function OrganisationTree() {
  const { t } = useTranslation();
  const { organisations, isPending, error } = useOrganisations();
  if (error !== null) {
    return <Alert type="error" showIcon message={error.message} />;
  }
  if (isPending) {
    return <Spin />;
  }
  return organisations.length === 0 ? (
    <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("empty.tree")} />
  ) : (
    <Branches of={ROOT} below={belowOf(organisations)} depth={0} />
  );
}
