using System.Globalization;
using System.Text;

namespace VWorkspace.ControllerRuntime;

/// <summary>Numbers as Go's Prometheus client writes them (<c>strconv.FormatFloat(f, 'g', -1, 64)</c>), so that bucket bounds are textually equal.</summary>
internal static class PrometheusNumber
{
    public static void Append(StringBuilder text, double value, bool openMetrics = false)
    {
        int start = text.Length;
        if (double.IsNaN(value)) text.Append("NaN");
        else if (double.IsInfinity(value)) text.Append(value > 0 ? "+Inf" : "-Inf");
        else AppendFinite(text, value);
        if (!openMetrics || !double.IsFinite(value)) return;

        // OpenMetrics wants to see that it is a float.
        for (int i = start; i < text.Length; i++)
            if (text[i] is '.' or 'e') return;
        text.Append(".0");
    }

    private static void AppendFinite(StringBuilder text, double value)
    {
        // The shortest round-trip form, taken apart into significant digits and the power of ten of the first one.
        ReadOnlySpan<char> form = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        int e = form.IndexOf('E');
        ReadOnlySpan<char> mantissa = e < 0 ? form : form[..e];
        int point = mantissa.IndexOf('.');
        int exponent = (point < 0 ? mantissa.Length : point) - 1 + (e < 0 ? 0 : int.Parse(form[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
        Span<char> digits = stackalloc char[32];
        int count = 0;
        foreach (char c in mantissa)
        {
            if (c == '.') continue;
            if (c != '0' || count > 0) digits[count++] = c;
            else exponent--;
        }

        if (count == 0) exponent = 0;
        while (count > 1 && digits[count - 1] == '0') count--;
        if (count == 0) digits[count++] = '0';
        if (double.IsNegative(value)) text.Append('-');

        if (exponent is < -4 or >= 6)
        {
            text.Append(digits[0]);
            if (count > 1) text.Append('.').Append(digits[1..count]);
            text.Append('e').Append(exponent < 0 ? '-' : '+').Append(Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture));
        }
        else if (exponent < 0)
        {
            text.Append("0.").Append('0', -exponent - 1).Append(digits[..count]);
        }
        else
        {
            for (int i = 0; i <= exponent; i++) text.Append(i < count ? digits[i] : '0');
            if (count > exponent + 1) text.Append('.').Append(digits[(exponent + 1)..count]);
        }
    }
}
