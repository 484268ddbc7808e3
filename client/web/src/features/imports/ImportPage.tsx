import { ArrowLeftOutlined } from "@ant-design/icons";
import { Alert, App, Button, Select, Space } from "antd";
import { useTranslation } from "react-i18next";

import type { Kind } from "../../api/types";
import { go } from "../../app/route";
import { labelOf, useKind } from "../../catalog/catalog";
import { useLanguage } from "../../i18n/useLanguage";
import { ColumnMap } from "./ColumnMap";
import { FileChoice } from "./FileChoice";
import { GivenFields } from "./GivenFields";
import { RefusedRows } from "./RefusedRows";
import { useImport } from "./useImport";

interface Props {
  readonly page: string;
  readonly kind: Kind;
}

function Steps({ page, kind }: Props) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const form = useImport(kind.name, () => {
    void message.success(t("imports.done"));
    go(page);
  });
  const { preview, wish } = form;
  const refused = (preview?.report.refused.length ?? 0) + (preview?.refused_by_rules ?? 0);
  return (
    <Space direction="vertical" size="middle" style={{ width: "100%" }}>
      <section>
        <h3 className="section-title">{t("imports.step1")}</h3>
        <FileChoice onFile={form.choose} />
      </section>
      {form.error !== null && wish !== undefined && (
        <Alert type="error" showIcon role="alert" message={form.error.message} />
      )}
      {wish !== undefined && (
        <section>
          <h3 className="section-title">{t("imports.given")}</h3>
          <GivenFields
            kind={kind}
            given={wish.given}
            onGiven={(given) => {
              form.change({ given });
            }}
          />
        </section>
      )}
      {preview !== undefined && wish !== undefined && (
        <>
          <section>
            <h3 className="section-title">{t("imports.step2")}</h3>
            {preview.other_sheets.length > 0 && (
              <Select
                style={{ width: 240 }}
                aria-label={t("imports.sheet")}
                value={preview.report.sheet}
                options={[preview.report.sheet, ...preview.other_sheets].map((sheet) => ({
                  value: sheet,
                  label: sheet,
                }))}
                onChange={(sheet: string) => {
                  form.change({ sheet, columns: {}, fixes: [] });
                }}
              />
            )}
            <ColumnMap
              kind={kind}
              columns={preview.report.columns}
              chosen={wish.columns}
              onChoose={(columns) => {
                form.change({ columns });
              }}
            />
          </section>
          <section>
            <h3 className="section-title">{t("imports.step3")}</h3>
            <p aria-live="polite">
              {preview.good + refused === 0
                ? t("imports.noRows")
                : t("imports.counts", { good: preview.good, refused })}
            </p>
            <RefusedRows preview={preview} onFix={form.fix} />
          </section>
          <Button
            type="primary"
            loading={form.isImporting}
            disabled={!form.isCurrent || preview.good === 0}
            onClick={form.perform}
          >
            {t("imports.perform", { good: preview.good })}
          </Button>
        </>
      )}
    </Space>
  );
}

interface PageProps {
  readonly page: string;
  readonly kindName: string;
}

/** A roster from a file: choose it, map its columns, put right what is wrong, one group. */
export function ImportPage({ page, kindName }: PageProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const kind = useKind(kindName);
  return kind === undefined ? null : (
    <div className="page">
      <div className="page-head">
        <div className="tools">
          <Button
            icon={<ArrowLeftOutlined aria-hidden />}
            onClick={() => {
              go(page);
            }}
          >
            {t("record.back")}
          </Button>
          <h2>{t("imports.title", { what: labelOf(kind, language) })}</h2>
        </div>
      </div>
      <div className="panel">
        <Steps page={page} kind={kind} />
      </div>
    </div>
  );
}
